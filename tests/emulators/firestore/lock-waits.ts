import { once } from 'node:events'
import { client } from './client.ts'

const patienceMs = 5000

/**
 * Whether an emulator has transactions that read one document wait for each other's locks, rather than abort one: the
 * official one does for 30 s (https://github.com/firebase/firebase-tools/issues/1629).
 */
export async function waitsForLocks(): Promise<boolean> {
  const { firestore } = client()
  const counter = firestore.doc('a/counter')
  await counter.set({ n: 0 })
  const bothHaveRead = Promise.withResolvers<void>()
  let readers = 0
  const add = () =>
    firestore.runTransaction(
      async (transaction) => {
        await transaction.get(counter)
        readers += 1
        if (readers === 2) bothHaveRead.resolve()
        await bothHaveRead.promise
        transaction.set(counter, { n: 1 })
      },
      { maxAttempts: 1 },
    )
  const added = Promise.allSettled([add(), add()]).then(() => false)
  const late = once(AbortSignal.timeout(patienceMs), 'abort').then(() => true)
  const isWaiting = await Promise.race([added, late])
  void added.then(() => firestore.terminate())
  return isWaiting
}

import type { Firestore, Transaction } from '@google-cloud/firestore'

/**
 * Reads one snapshot of the database, without locks. Rejects with the errors of `work` and the client's gRPC errors.
 */
export function onSnapshot<Result>(
  firestore: Firestore,
  work: (snapshot: Transaction) => Promise<Result>,
): Promise<Result> {
  return firestore.runTransaction(
    (snapshot) => {
      handleFailedStart(snapshot)
      return work(snapshot)
    },
    { readOnly: true },
  )
}

/**
 * Handles the promise of the transaction's id, which the first read sets. Client 9.4.1 never awaits it in a read-only
 * transaction whose first read fails, and an unhandled rejection ends the process. The read itself still fails.
 */
function handleFailedStart(snapshot: Transaction): void {
  let started: Promise<unknown> | undefined
  Object.defineProperty(snapshot, '_transactionIdPromise', {
    configurable: true,
    get: () => started,
    set(promise: Promise<unknown> | undefined) {
      started = promise
      started?.catch(() => undefined)
    },
  })
}

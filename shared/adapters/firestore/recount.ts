import {
  FieldPath,
  FieldValue,
  type DocumentReference,
  type DocumentSnapshot,
  type Firestore,
  type Transaction,
} from '@google-cloud/firestore'
import type { Recount } from '../../ports/maintenance.ts'
import { addHoldings, holdingsOf } from '../../model/usage.ts'
import { decodeFile, decodeHoldings, filesOf } from './documents.ts'
import { onSnapshot } from './transaction/snapshot.ts'
import { transact } from './transaction/transaction.ts'

const pageLength = 1000

interface Counted extends Recount {
  /** How often the counters have been mended. */
  mends: number
}

/**
 * Counts in one read-only transaction, which sees one instant and locks nothing. Every change moves the counters by as much
 * as the files, so that what differs then differs ever after: it is mended as a difference. Costs a read for each file.
 */
export async function recount(
  firestore: Firestore,
  workspace: DocumentReference,
  { mend }: { mend: boolean },
): Promise<Recount> {
  const { kept, counted, mends } = await onSnapshot(firestore, (snapshot) =>
    count(snapshot, workspace),
  )
  const drift = addHoldings(counted, kept, -1)
  if (mend && Object.values(drift).some((amount) => amount !== 0)) {
    await transact(firestore, async (attempt) => {
      // Another sweep has corrected them since they were counted.
      if (mendsOf(await attempt.get(workspace)) !== mends) return
      const growth = Object.entries(drift).map(([name, by]) => [name, FieldValue.increment(by)])
      const fields = { ...Object.fromEntries(growth), mends: FieldValue.increment(1) }
      attempt.write(workspace, { ...fields, ...attempt.markOn(workspace) })
    })
  }
  return { kept, counted }
}

async function count(transaction: Transaction, workspace: DocumentReference): Promise<Counted> {
  const snapshot = await transaction.get(workspace)
  const kept = decodeHoldings(snapshot)
  const files = filesOf(workspace)
  let counted = holdingsOf(undefined)
  let total = 0
  for await (const file of documents(transaction, files)) {
    counted = addHoldings(counted, holdingsOf(decodeFile(file)))
    total += 1
  }
  const expected = (await transaction.get(files.count())).data().count
  if (total !== expected) {
    throw new Error(`${workspace.path} has ${expected} files, and ${total} were listed`)
  }
  return { kept, counted, mends: mendsOf(snapshot) }
}

/** Until a page is empty: one that is merely short is no end. */
async function* documents(transaction: Transaction, files: ReturnType<typeof filesOf>) {
  const all = files.orderBy(FieldPath.documentId()).limit(pageLength).select('record', 'metadata')
  let last: DocumentSnapshot | undefined
  do {
    const { docs } = await transaction.get(last ? all.startAfter(last.id) : all)
    yield* docs
    last = docs.at(-1)
  } while (last)
}

function mendsOf(workspace: DocumentSnapshot): number {
  return Number(workspace.get('mends') ?? 0)
}

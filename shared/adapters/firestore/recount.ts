import {
  FieldPath,
  FieldValue,
  type DocumentReference,
  type DocumentSnapshot,
  type Firestore,
  type Transaction,
} from '@google-cloud/firestore'
import type { Recount } from '../../ports/maintenance.ts'
import { applyDelta, countersOf, noCounters } from '../../model/usage.ts'
import { decodeFile, decodeCounters, filesOf } from './documents.ts'
import { onSnapshot } from './transaction/snapshot.ts'
import { transact } from './transaction/transact.ts'

const pageLength = 1000

interface Counted extends Recount {
  /** How often the counters have been repaired. */
  repairs: number
}

/**
 * Counts in one read-only transaction, which sees one instant and locks nothing. Every change moves the counters by as much
 * as the files, so that what differs then differs ever after: it is repaired as a difference. Costs a read for each file.
 */
export async function recount(
  firestore: Firestore,
  workspace: DocumentReference,
  { repair }: { repair: boolean },
): Promise<Recount> {
  const { kept, counted, repairs } = await onSnapshot(firestore, (snapshot) =>
    count(snapshot, workspace),
  )
  const drift = applyDelta(counted, kept, -1)
  if (repair && Object.values(drift).some((amount) => amount !== 0)) {
    await transact(firestore, async (attempt) => {
      // Another sweep has corrected them since they were counted.
      if (repairsOf(await attempt.get(workspace)) !== repairs) return
      const growth = Object.entries(drift).map(([name, by]) => [name, FieldValue.increment(by)])
      const fields = { ...Object.fromEntries(growth), repairs: FieldValue.increment(1) }
      attempt.write(workspace, { ...fields, ...attempt.markOn(workspace) })
    })
  }
  return { kept, counted }
}

async function count(transaction: Transaction, workspace: DocumentReference): Promise<Counted> {
  const snapshot = await transaction.get(workspace)
  const kept = decodeCounters(snapshot)
  const files = filesOf(workspace)
  let counted = noCounters
  let total = 0
  for await (const file of documents(transaction, files)) {
    counted = applyDelta(counted, countersOf(decodeFile(file)))
    total += 1
  }
  const expected = (await transaction.get(files.count())).data().count
  if (total !== expected) {
    throw new Error(`${workspace.path} has ${expected} files, and ${total} were listed`)
  }
  return { kept, counted, repairs: repairsOf(snapshot) }
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

function repairsOf(workspace: DocumentSnapshot): number {
  return Number(workspace.get('repairs') ?? 0)
}

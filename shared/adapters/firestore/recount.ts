import type { Recount } from '../../ports/maintenance.ts'
import { applyDelta, countersOf, noCounters } from '../../model/usage.ts'
import { decodeFile, decodeCounters, filesOf } from './documents.ts'
import type { Firestore } from './rest/firestore.ts'
import { documentId } from './rest/query.ts'
import type { DocumentReference } from './rest/reference.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'
import type { Transaction } from './rest/transaction.ts'
import { Increment } from './rest/write-batch.ts'
import { transact } from './transaction/transact.ts'

const pageLength = 1000

interface Counted extends Recount {
  /** The number of repairs of the counters so far. */
  repairs: number
}

/**
 * Counts in one read-only transaction, which reads one snapshot without locks. Every change updates files and counters together,
 * so a difference between them does not change until it is repaired. The repair adds the difference. Costs one read for each
 * file.
 */
export async function recount(
  firestore: Firestore,
  workspace: DocumentReference,
  { repair }: { repair: boolean },
): Promise<Recount> {
  const { kept, counted, repairs } = await count(firestore.transaction(), workspace)
  const drift = applyDelta(counted, kept, -1)
  if (repair && Object.values(drift).some((amount) => amount !== 0)) {
    await transact(firestore, async (attempt) => {
      // Another sweep has repaired the counters since this count.
      if (repairsOf(await attempt.get(workspace)) !== repairs) return
      const growth = Object.entries(drift).map(([name, by]) => [name, new Increment(by)])
      const fields = { ...Object.fromEntries(growth), repairs: new Increment(1) }
      attempt.write(workspace, { ...fields, ...attempt.markOn(workspace) })
    })
  }
  return { kept, counted }
}

async function count(transaction: Transaction, workspace: DocumentReference): Promise<Counted> {
  const [snapshot] = await transaction.getAll([workspace])
  if (!snapshot) throw new Error('Firestore returned too few documents.')
  const kept = decodeCounters(snapshot)
  const files = filesOf(workspace)
  let counted = noCounters
  let total = 0
  for await (const file of documents(transaction, files)) {
    counted = applyDelta(counted, countersOf(decodeFile(file)))
    total += 1
  }
  const expected = await transaction.count(files)
  if (total !== expected) {
    throw new Error(`${workspace.name} has ${expected} files, but ${total} were listed`)
  }
  return { kept, counted, repairs: repairsOf(snapshot) }
}

/** Reads until a page is empty, because a page with fewer documents than its limit may not be the last. */
async function* documents(transaction: Transaction, files: ReturnType<typeof filesOf>) {
  const all = files.orderBy(documentId).limit(pageLength).select('record', 'metadata')
  let last: DocumentSnapshot | undefined
  do {
    const docs = await transaction.query(last ? all.startAfter(last.id) : all)
    yield* docs
    last = docs.at(-1)
  } while (last)
}

function repairsOf(workspace: DocumentSnapshot): number {
  return Number(workspace.get('repairs') ?? 0)
}

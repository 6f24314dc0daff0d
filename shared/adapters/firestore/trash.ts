import type { FileRecord } from '../../model/file.ts'
import { maxPurgedAtOnce } from '../../ports/catalog.ts'
import { isTrashOverLimit } from '../../model/record-limits.ts'
import { trashKeyOf } from './keys.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/**
 * Purges the oldest files of a trash that is over its limit, `maxPurgedAtOnce` at most. A commit is limited to 10 MiB including
 * index entries, and a file with the longest possible name has about 90 KB of them. Returns the purged records, oldest first.
 * `moved` are the files that this transaction moves to the trash, within it or out of it.
 */
export async function trimTrash(
  transaction: WorkspaceTransaction,
  moved: FileRecord[],
): Promise<FileRecord[]> {
  const purged: FileRecord[] = []
  if (!isTrashOverLimit(transaction.usage)) return purged
  for await (const file of oldestFirst(transaction, moved)) {
    transaction.remove(file)
    purged.push(file)
    if (purged.length === maxPurgedAtOnce || !isTrashOverLimit(transaction.usage)) break
  }
  return purged
}

async function* oldestFirst(transaction: WorkspaceTransaction, moved: FileRecord[]) {
  const waiting = moved
    .filter(({ isDeleted }) => isDeleted)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  for await (const file of stored(transaction)) {
    if (moved.some(({ id }) => id === file.id)) continue
    while (waiting[0] && keyOf(waiting[0]) < keyOf(file))
      yield* withMetadata(transaction, waiting.shift())
    yield file
  }
  for (const file of waiting) yield* withMetadata(transaction, file)
}

async function* stored(transaction: WorkspaceTransaction) {
  const limit = 20
  let page: FileRecord[]
  let after = ''
  do {
    page = await transaction.readTrash(limit, after)
    yield* page
    after = page.length < limit ? '' : keyOf(page.at(-1))
  } while (after !== '')
}

/** A moved file with its stored metadata, which the copy of an owner in the path's document lacks. */
async function* withMetadata(transaction: WorkspaceTransaction, file: FileRecord | undefined) {
  const before = file && (await transaction.readFile(file.id))
  if (file && before) yield { ...file, metadata: before.metadata }
}

function keyOf(file: FileRecord | undefined): string {
  return (file && trashKeyOf(file)) ?? ''
}

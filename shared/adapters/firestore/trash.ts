import type { FileRecord } from '../../model/file.ts'
import { maxPurgedAtOnce } from '../../ports/catalog.ts'
import { isTrashOverLimit } from '../../model/record-limits.ts'
import { trashKeyOf } from './keys.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

const pageLength = 20

/**
 * Purges the oldest files of a trash that is over its limit, `maxPurgedAtOnce` at most. A commit is limited to 10 MiB including
 * index entries, and a file with the longest possible name has about 90 KB of them. Returns the purged records, oldest first.
 */
export async function trimTrash(transaction: WorkspaceTransaction): Promise<FileRecord[]> {
  const purged: FileRecord[] = []
  if (!isTrashOverLimit(transaction.usage)) return purged
  for await (const file of oldestFirst(transaction)) {
    transaction.remove(file)
    purged.push(file)
    if (purged.length === maxPurgedAtOnce || !isTrashOverLimit(transaction.usage)) break
  }
  return purged
}

async function* oldestFirst(transaction: WorkspaceTransaction) {
  let page: FileRecord[]
  let after = ''
  do {
    page = await transaction.readTrash(pageLength, after)
    yield* page
    const last = page.at(-1)
    after = (last && trashKeyOf(last)) ?? ''
  } while (page.length === pageLength)
}

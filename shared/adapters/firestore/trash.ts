import type { FileRecord } from '../../model/file.ts'
import { maxPurgedAtOnce } from '../../ports/catalog.ts'
import { isTrashOver } from '../../model/record-limits.ts'
import { trashKeyOf } from './keys.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/**
 * Purges the oldest of a trash that holds too much, at most `maxPurgedAtOnce`; answers them, oldest first. `moved` are the
 * files that this unit itself puts into the trash or moves within it. A commit is limited to 10 MiB, index entries
 * included, and a file with the longest possible name has some 90 KB of them.
 */
export async function trimTrash(
  unit: WorkspaceTransaction,
  moved: FileRecord[],
): Promise<FileRecord[]> {
  const purged: FileRecord[] = []
  if (!isTrashOver(unit.usage)) return purged
  for await (const file of oldestFirst(unit, moved)) {
    unit.remove(file)
    purged.push(file)
    if (purged.length === maxPurgedAtOnce || !isTrashOver(unit.usage)) break
  }
  return purged
}

async function* oldestFirst(unit: WorkspaceTransaction, moved: FileRecord[]) {
  const waiting = moved.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  for await (const file of stored(unit)) {
    if (moved.some(({ id }) => id === file.id)) continue
    while (waiting[0] && keyOf(waiting[0]) < keyOf(file)) yield* whole(unit, waiting.shift())
    yield file
  }
  for (const file of waiting) yield* whole(unit, file)
}

async function* stored(unit: WorkspaceTransaction) {
  const limit = 20
  let page: FileRecord[]
  let after = ''
  do {
    page = await unit.readTrash(limit, after)
    yield* page
    after = page.length < limit ? '' : keyOf(page.at(-1))
  } while (after !== '')
}

/** A file as this unit leaves it, with the stored metadata, which a path's owner comes without. */
async function* whole(unit: WorkspaceTransaction, file: FileRecord | undefined) {
  const before = file && (await unit.readFile(file.id))
  if (file && before) yield { ...file, metadata: before.metadata }
}

function keyOf(file: FileRecord | undefined): string {
  return (file && trashKeyOf(file)) ?? ''
}

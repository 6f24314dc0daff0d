import type { FileRecord } from '../../workspace/file.ts'
import { trashKeyOf } from './firestore-keys.ts'
import type { WorkspaceUnit } from './firestore-unit.ts'

/**
 * How many files one transaction purges. A commit is limited to 10 MiB, index entries included, and a file with the
 * longest name that there is has some 90 KB of them.
 */
export const maxPurgedAtOnce = 100

/** More is to be purged than one transaction can: some of it is to go first, in its own. */
export class TrashOverflow extends Error {
  override readonly name = 'TrashOverflow'
}

/**
 * Purges the oldest of a trash that holds more than one quota's worth; answers what it purged, oldest first. `moved` are
 * the files that this unit itself puts into the trash or moves within it.
 */
export async function trimTrash(unit: WorkspaceUnit, moved: FileRecord[]): Promise<FileRecord[]> {
  const { trashBytes, quotaBytes } = unit.usage
  let excess = trashBytes - quotaBytes
  const purged: FileRecord[] = []
  if (excess <= 0) return purged
  for await (const file of oldestFirst(unit, moved)) {
    if (purged.length === maxPurgedAtOnce) throw new TrashOverflow()
    purged.push(file)
    excess -= file.sizeBytes
    if (excess <= 0) break
  }
  for (const file of purged) unit.remove(file)
  return purged
}

/** Purges what would be purged in any case, so that the trash never holds more than it may. */
export async function purgeOldest(unit: WorkspaceUnit): Promise<FileRecord[]> {
  const files = await unit.readTrash(maxPurgedAtOnce, '')
  for (const file of files) unit.remove(file)
  return files
}

async function* oldestFirst(unit: WorkspaceUnit, moved: FileRecord[]) {
  const waiting = moved.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  for await (const file of stored(unit)) {
    if (moved.some(({ id }) => id === file.id)) continue
    while (waiting[0] && keyOf(waiting[0]) < keyOf(file)) yield* whole(unit, waiting.shift())
    yield file
  }
  for (const file of waiting) yield* whole(unit, file)
}

async function* stored(unit: WorkspaceUnit) {
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
async function* whole(unit: WorkspaceUnit, file: FileRecord | undefined) {
  const before = file && (await unit.readFile(file.id))
  if (file && before) yield { ...file, metadata: before.metadata }
}

function keyOf(file: FileRecord | undefined): string {
  return (file && trashKeyOf(file)) ?? ''
}

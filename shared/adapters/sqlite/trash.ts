import type { FileRecord } from '../../model/file.ts'
import { maxPurgedAtOnce } from '../../ports/catalog.ts'
import { isTrashOverLimit } from '../../model/record-limits.ts'
import { type Allowance, applyDelta, countersOf } from '../../model/usage.ts'
import type { Database } from './database/database.ts'
import { writeRefusal } from './refusals.ts'
import { deleteFile, readOldestTrash } from './rows.ts'
import { readUsage } from './workspaces.ts'

/**
 * Purges the oldest files of a trash that is over its limit, `maxPurgedAtOnce` at most. Returns the purged records, oldest
 * first.
 */
export function trimTrash(
  database: Database,
  workspaceId: string,
  { allowance, now }: { allowance: Allowance; now: Date },
): FileRecord[] {
  const usage = readUsage(database, workspaceId, allowance)
  const purged: FileRecord[] = []
  while (isTrashOverLimit(usage) && purged.length < maxPurgedAtOnce) {
    const file = readOldestTrash(database, workspaceId)
    if (file === undefined) break
    deleteFile(database, { before: file }, now)
    purged.push(file)
    Object.assign(usage, applyDelta(usage, countersOf(file), -1))
  }
  return purged
}

/** Deletes a record. A pending file leaves the refusal `gone`. */
export function deleteRecord(database: Database, file: FileRecord, at: Date): void {
  deleteFile(database, { before: file, refusal: { code: 'gone' } }, at)
  if (file.state === 'pending') writeRefusal(database, file, { code: 'gone' }, at)
}

import type { FileRecord } from '../../workspace/file.ts'
import type { Database } from './database.ts'
import { writeRefusal } from './sqlite-refusals.ts'
import { deleteFile, readOldestTrash } from './sqlite-rows.ts'
import { readUsage } from './sqlite-workspaces.ts'

/** Purges the oldest of a trash that holds more than one quota's worth; answers what it purged, oldest first. */
export function trimTrash(
  database: Database,
  workspaceId: string,
  defaultQuotaBytes: number,
): FileRecord[] {
  const { trashBytes, quotaBytes } = readUsage(database, workspaceId, defaultQuotaBytes)
  const purged: FileRecord[] = []
  for (let excess = trashBytes - quotaBytes; excess > 0;) {
    const file = readOldestTrash(database, workspaceId)
    if (file === undefined) break
    deleteFile(database, file)
    purged.push(file)
    excess -= file.sizeBytes
  }
  return purged
}

/** Removes a record; who still asks for a file that was pending learns that it is gone. */
export function forget(database: Database, file: FileRecord, at: Date): void {
  deleteFile(database, file)
  if (file.state === 'pending') writeRefusal(database, file, { code: 'gone', at })
}

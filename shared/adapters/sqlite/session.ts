import type { FileRecord } from '../../model/file.ts'
import type { SessionId } from '../../model/ids.ts'
import { type SessionRemoval, maxRemovedAtOnce } from '../../ports/catalog.ts'
import { trashed } from '../../model/transitions.ts'
import type { Database } from './database/database.ts'
import { decode, recordColumns, replaceFile } from './rows.ts'
import { deleteRecord } from './trash.ts'

interface SessionChange {
  workspaceId: string
  sessionId: SessionId
  purge: boolean
  now: Date
}

/** Removes one batch of a session's files, in the caller's transaction. */
export function removeSession(database: Database, change: SessionChange): SessionRemoval {
  const { purge, now } = change
  const files = readBatch(database, change, { deleted: false, limit: maxRemovedAtOnce })
  if (purge) {
    const limit = maxRemovedAtOnce - files.length
    files.push(...readBatch(database, change, { deleted: true, limit }))
  }
  const isPurged = (file: FileRecord) => purge || file.state === 'pending'
  for (const file of files) {
    if (isPurged(file)) deleteRecord(database, file, now)
    else replaceFile(database, { before: file, after: trashed(file, null, now) }, now)
  }
  return { removedCount: files.length, purged: files.filter(isPurged) }
}

function readBatch(
  database: Database,
  { workspaceId, sessionId }: SessionChange,
  { deleted, limit }: { deleted: boolean; limit: number },
): FileRecord[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_by_session_sequence
    WHERE workspace_id = ? AND is_deleted = ? AND session_id = ? ORDER BY sequence LIMIT ?`
  return database.prepare(sql).all(workspaceId, Number(deleted), sessionId, limit).map(decode)
}

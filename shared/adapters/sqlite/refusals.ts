import type { FileId } from '../../model/ids.ts'
import type { RefusalCode } from '../../model/settlement.ts'
import type { Database } from './database/database.ts'

const keptMs = 2 * 60 * 60 * 1000
/** Each write deletes up to this many expired refusals, so the table does not grow without bound. */
const maxDeletedPerWrite = 20

/** Stores why a pending file was refused, and deletes expired refusals. */
export function writeRefusal(
  database: Database,
  file: { workspaceId: string; id: FileId },
  { code, at }: { code: RefusalCode; at: Date },
): void {
  const refusedAt = at.getTime()
  const deleteExpired = `DELETE FROM refusals WHERE (workspace_id, file_id) IN (SELECT workspace_id, file_id
    FROM refusals INDEXED BY refusals_by_age WHERE refused_at < ? ORDER BY refused_at LIMIT ${maxDeletedPerWrite})`
  database.prepare(deleteExpired).run(refusedAt - keptMs)
  database
    .prepare('INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?)')
    .run(file.workspaceId, file.id, code, refusedAt)
}

export function readRefusal(
  database: Database,
  workspaceId: string,
  id: FileId,
): RefusalCode | undefined {
  const sql = 'SELECT code FROM refusals WHERE workspace_id = ? AND file_id = ?'
  return database.prepare(sql).get(workspaceId, id)?.['code'] as RefusalCode | undefined
}

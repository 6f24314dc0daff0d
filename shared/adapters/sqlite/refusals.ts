import type { FileId } from '../../model/ids.ts'
import type { Refusal } from '../../model/settlement.ts'
import type { Database } from './database/database.ts'

const keptMs = 2 * 60 * 60 * 1000
/** Each write deletes up to this many expired refusals, so the table does not grow without bound. */
const maxDeletedPerWrite = 20

/** Stores why a pending file was refused, and deletes expired refusals. */
export function writeRefusal(
  database: Database,
  file: { workspaceId: string; id: FileId },
  { code, sizes }: Refusal,
  at: Date,
): void {
  const refusedAt = at.getTime()
  const deleteExpired = `DELETE FROM refusals WHERE (workspace_id, file_id) IN (SELECT workspace_id, file_id
    FROM refusals INDEXED BY refusals_by_age WHERE refused_at < ? ORDER BY refused_at LIMIT ${maxDeletedPerWrite})`
  database.prepare(deleteExpired).run(refusedAt - keptMs)
  database
    .prepare('INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?, ?)')
    .run(file.workspaceId, file.id, code, refusedAt, sizes ? JSON.stringify(sizes) : null)
}

export function readRefusal(
  database: Database,
  workspaceId: string,
  id: FileId,
): Refusal | undefined {
  const sql = 'SELECT code, sizes FROM refusals WHERE workspace_id = ? AND file_id = ?'
  const row = database.prepare(sql).get(workspaceId, id) as
    | { code: Refusal['code']; sizes: string | null }
    | undefined
  if (row === undefined) return undefined
  const { code, sizes } = row
  return sizes === null ? { code } : { code, sizes: JSON.parse(sizes) as Refusal['sizes'] & object }
}

import type { FileId } from '../../model/ids.ts'
import type { RefusalCode } from '../../model/settlement.ts'
import type { Database } from './database/database.ts'

const keptMs = 2 * 60 * 60 * 1000
/** More than are written at once, so that old ones go in the end. */
const maxForgottenAtOnce = 20

/** Notes why a file ended, and forgets what nobody can ask for any more. */
export function writeRefusal(
  database: Database,
  file: { workspaceId: string; id: FileId },
  { code, at }: { code: RefusalCode; at: Date },
): void {
  const refusedAt = at.getTime()
  const forget = `DELETE FROM refusals WHERE (workspace_id, file_id) IN (SELECT workspace_id, file_id
    FROM refusals INDEXED BY refusals_by_age WHERE refused_at < ? ORDER BY refused_at LIMIT ${maxForgottenAtOnce})`
  database.prepare(forget).run(refusedAt - keptMs)
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

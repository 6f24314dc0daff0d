import type { FileId } from '../../workspace/path.ts'
import type { RefusalCode } from '../../workspace/ports.ts'
import type { Database } from './database.ts'

const keptMs = 2 * 60 * 60 * 1000

/** Notes why a file ended, and forgets what nobody can ask for any more. */
export function writeRefusal(
  database: Database,
  file: { workspaceId: string; id: FileId },
  { code, at }: { code: RefusalCode; at: Date },
): void {
  const refusedAt = at.getTime()
  database.prepare('DELETE FROM refusals WHERE refused_at < ?').run(refusedAt - keptMs)
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

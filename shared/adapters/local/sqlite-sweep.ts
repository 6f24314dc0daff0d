import type { FileRecord } from '../../workspace/file.ts'
import type { SweepQuery } from '../../workspace/ports.ts'
import type { Database } from './database.ts'
import { decode, recordColumns } from './sqlite-rows.ts'

/** Files of one workspace and one instant go by sequence, so that every page has one place to go on from. */
export function listPending(database: Database, query: SweepQuery): FileRecord[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_pending_by_age
    WHERE state = 'pending' AND created_at < ?
      AND (created_at, workspace_id, sequence) > (?, ?, ?)
    ORDER BY created_at, workspace_id, sequence LIMIT ?`
  return page(database, sql, { ...query, since: query.after?.createdAt ?? '' })
}

export function listTrash(database: Database, query: SweepQuery): FileRecord[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_deleted_by_age
    WHERE is_deleted = 1 AND deleted_at < ?
      AND (deleted_at, workspace_id, sequence) > (?, ?, ?)
    ORDER BY deleted_at, workspace_id, sequence LIMIT ?`
  return page(database, sql, { ...query, since: query.after?.deletedAt ?? '' })
}

function page(
  database: Database,
  sql: string,
  { before, after, limit, since }: SweepQuery & { since: string },
): FileRecord[] {
  const place = [since, after?.workspaceId ?? '', after?.sequence ?? 0]
  return database
    .prepare(sql)
    .all(before.toISOString(), ...place, limit)
    .map(decode)
}

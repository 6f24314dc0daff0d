import type { FileRecord } from '../../model/file.ts'
import type { PendingCount, SweepQuery } from '../../ports/maintenance.ts'
import type { Database } from './database/database.ts'
import { decode, recordColumns } from './rows.ts'

/** Ordered by creation, workspace and sequence: a total order, so the next page continues after the last record. */
export function listPending(database: Database, query: SweepQuery): FileRecord[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_pending_by_age
    WHERE state = 'pending' AND created_at < ?
      AND (created_at, workspace_id, sequence) > (?, ?, ?)
    ORDER BY created_at, workspace_id, sequence LIMIT ?`
  return page(database, sql, { ...query, since: query.after?.createdAt ?? '' })
}

export function countPending(database: Database): PendingCount {
  const sql = `SELECT count(*) AS files, min(created_at) AS oldest
    FROM files INDEXED BY files_pending_by_age WHERE state = 'pending'`
  const row = database.prepare(sql).get()
  const oldest = row?.['oldest']
  return {
    files: Number(row?.['files']),
    ...(typeof oldest === 'string' && { oldestCreatedAt: oldest }),
  }
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
  const position = [since, after?.workspaceId ?? '', after?.sequence ?? 0]
  return database
    .prepare(sql)
    .all(before.toISOString(), ...position, limit)
    .map(decode)
}

/** Ids in byte order. */
export function listWorkspaces(
  database: Database,
  { limit, after = '' }: { limit: number; after?: string },
): string[] {
  const sql = 'SELECT id FROM workspaces WHERE id > ? ORDER BY id LIMIT ?'
  return database
    .prepare(sql)
    .all(after, limit)
    .map((row) => String(row['id']))
}

export function isKnown(database: Database, workspaceId: string): boolean {
  return database.prepare('SELECT 1 FROM workspaces WHERE id = ?').get(workspaceId) !== undefined
}

export function readProgress(database: Database): string | undefined {
  const row = database.prepare('SELECT progress FROM sweep_progress').get()
  return row && String(row['progress'])
}

export function writeProgress(database: Database, progress: string): void {
  const sql = `INSERT INTO sweep_progress (id, progress) VALUES (1, :progress)
    ON CONFLICT (id) DO UPDATE SET progress = :progress`
  database.prepare(sql).run({ progress })
}

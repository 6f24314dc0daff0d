import type { SQLOutputValue } from 'node:sqlite'
import { folderOperationSchema, type FolderOperation } from '../../../model/folders/operation.ts'
import type { Database } from '../database/database.ts'

/** Each write deletes up to this many expired operations, so the table does not grow without bound. */
const maxDeletedPerWrite = 20

export function readOperation(
  database: Database,
  workspaceId: string,
  id: string,
): FolderOperation | undefined {
  const sql = 'SELECT operation FROM folder_operations WHERE workspace_id = ? AND id = ?'
  const row = database.prepare(sql).get(workspaceId, id)
  return row && decode(row)
}

/** Stores an operation, and deletes expired ones. */
export function writeOperation(database: Database, operation: FolderOperation): void {
  const { workspaceId, id, state, updatedAt, expiresAt } = operation
  const deleteExpired = `DELETE FROM folder_operations WHERE (workspace_id, id) IN (SELECT workspace_id, id
    FROM folder_operations INDEXED BY folder_operations_by_expiry
    WHERE expires_at < ? AND running_since IS NULL ORDER BY expires_at LIMIT ${maxDeletedPerWrite})`
  database.prepare(deleteExpired).run(updatedAt)
  const runningSince = state === 'running' ? updatedAt : null
  database
    .prepare('INSERT OR REPLACE INTO folder_operations VALUES (?, ?, ?, ?, ?)')
    .run(workspaceId, id, runningSince, expiresAt, JSON.stringify(operation))
}

export function countRunning(database: Database, workspaceId: string): number {
  const sql = `SELECT count(*) AS operations FROM folder_operations INDEXED BY folder_operations_running
    WHERE workspace_id = ? AND running_since IS NOT NULL`
  return Number(database.prepare(sql).get(workspaceId)?.['operations'])
}

export function listRunning(
  database: Database,
  { before, limit }: { before: Date; limit: number },
): FolderOperation[] {
  const sql = `SELECT operation FROM folder_operations INDEXED BY folder_operations_by_age
    WHERE running_since < ? ORDER BY running_since LIMIT ?`
  return database.prepare(sql).all(before.toISOString(), limit).map(decode)
}

function decode(row: Record<string, SQLOutputValue>): FolderOperation {
  return folderOperationSchema.parse(JSON.parse(String(row['operation'])))
}

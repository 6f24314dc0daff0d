import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import {
  fileRecordSchema,
  type FileRecord,
  type InfectedFile,
  type PendingFile,
  type ReadyFile,
} from '../../model/file.ts'
import { foldCase } from '../../model/case-folding.ts'
import type { FileId, WorkspacePath } from '../../model/ids.ts'
import { entryOf, type FileChange } from '../../model/trail/entry-of.ts'
import { rejectedAtOf, signaturesOf } from '../../model/transitions.ts'
import type { Database } from './database/database.ts'
import { DecodedRecords } from './decoded-records.ts'
import { appendEvent } from './trail/append.ts'
import { applyDelta } from './workspaces.ts'

/** The columns that `decode` needs. */
export const recordColumns = 'record, metadata'

type Row = Record<string, SQLOutputValue>

const decodedRecords = new DecodedRecords()

/** The record of a row. Frozen, because other callers get the same object. */
export function decode(row: Row): FileRecord {
  const [record, metadata] = [String(row['record']), String(row['metadata'])]
  return (
    decodedRecords.get(record, metadata) ??
    decodedRecords.add(record, metadata, parse(record, metadata))
  )
}

/** Does not validate metadata: `columnsOf` wrote it, and checking each of its values would double the time of a listing. */
function parse(recordText: string, metadata: string): FileRecord {
  const record: unknown = JSON.parse(recordText)
  const file = fileRecordSchema.parse({ ...(record as object), metadata: {} })
  return { ...file, metadata: JSON.parse(metadata) as FileRecord['metadata'] }
}

export function readFile(
  database: Database,
  workspaceId: string,
  id: FileId,
): FileRecord | undefined {
  const row = database
    .prepare(`SELECT ${recordColumns} FROM files WHERE workspace_id = ? AND id = ?`)
    .get(workspaceId, id)
  return row && decode(row)
}

export function isPending(database: Database, workspaceId: string, id: FileId): boolean {
  const sql = `SELECT 1 FROM files WHERE workspace_id = ? AND id = ? AND state = 'pending'`
  return database.prepare(sql).get(workspaceId, id) !== undefined
}

export function readOwner(
  database: Database,
  workspaceId: string,
  path: WorkspacePath,
): ReadyFile | undefined {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_owner
    WHERE workspace_id = ? AND path = ? AND state = 'ready' AND is_deleted = 0`
  const row = database.prepare(sql).get(workspaceId, path)
  return row && (decode(row) as ReadyFile)
}

/** The most recently reserved pending file of a path. */
export function readClaim(
  database: Database,
  workspaceId: string,
  path: WorkspacePath,
): PendingFile | undefined {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_not_ready
    WHERE workspace_id = ? AND is_deleted = 0 AND state = 'pending' AND state <> 'ready' AND path = ?
    ORDER BY sequence DESC LIMIT 1`
  const row = database.prepare(sql).get(workspaceId, path)
  return row && (decode(row) as PendingFile)
}

/** The file that left a path last: deleted, or found infected by a rescan. */
export function readLastRemoved(
  database: Database,
  workspaceId: string,
  path: WorkspacePath,
): FileRecord | undefined {
  const deleted = readLastDeleted(database, workspaceId, path)
  const infected = readLastInfected(database, workspaceId, path)
  if (deleted === undefined || infected === undefined) return deleted ?? infected
  const [deletedAt, infectedAt] = [deleted.deletedAt ?? '', infected.condemnedAt ?? '']
  const isDeletedLast =
    deletedAt === infectedAt ? deleted.sequence > infected.sequence : deletedAt > infectedAt
  return isDeletedLast ? deleted : infected
}

/** Excludes superseded files, which no user deleted. */
function readLastDeleted(
  database: Database,
  workspaceId: string,
  path: WorkspacePath,
): FileRecord | undefined {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_deleted_at_path
    WHERE workspace_id = ? AND path = ? AND is_deleted = 1 AND superseded_by IS NULL
    ORDER BY deleted_at DESC, sequence DESC LIMIT 1`
  const row = database.prepare(sql).get(workspaceId, path)
  return row && decode(row)
}

/** Only files that a rescan found infected have `condemned_at`. */
function readLastInfected(
  database: Database,
  workspaceId: string,
  path: WorkspacePath,
): InfectedFile | undefined {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_condemned_at_path
    WHERE workspace_id = ? AND path = ? AND condemned_at IS NOT NULL
    ORDER BY condemned_at DESC, sequence DESC LIMIT 1`
  const row = database.prepare(sql).get(workspaceId, path)
  return row && (decode(row) as InfectedFile)
}

/** The file that `trimTrash` purges next. */
export function readOldestTrash(database: Database, workspaceId: string): FileRecord | undefined {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_trash
    WHERE workspace_id = ? AND is_deleted = 1
    ORDER BY deleted_at, sequence LIMIT 1`
  const row = database.prepare(sql).get(workspaceId)
  return row && decode(row)
}

/** `insertFile`, `replaceFile` and `deleteFile` update the workspace's counters and its trail in the same transaction. */
export function insertFile(database: Database, file: FileRecord, at: Date): void {
  noteChange(database, { after: file }, at)
  const columns = { workspace_id: file.workspaceId, id: file.id, ...columnsOf(file) }
  const names = Object.keys(columns)
  const sql = `INSERT INTO files (${names.join(', ')})
    VALUES (${names.map((name) => `:${name}`).join(', ')})`
  database.prepare(sql).run(columns)
}

/** Writes only the changed columns, because SQLite updates every index on a column that the statement names. */
export function replaceFile(
  database: Database,
  change: FileChange & { before: FileRecord; after: FileRecord },
  at: Date,
): void {
  const { before, after } = change
  noteChange(database, change, at)
  const old = columnsOf(before)
  const changes = Object.entries(columnsOf(after)).filter(([name, value]) => value !== old[name])
  if (changes.length === 0) return
  const assignments = changes.map(([name]) => `${name} = :${name}`).join(', ')
  const sql = `UPDATE files SET ${assignments} WHERE workspace_id = :workspace_id AND id = :id`
  const key = { workspace_id: after.workspaceId, id: after.id }
  database.prepare(sql).run({ ...key, ...Object.fromEntries(changes) })
}

export function deleteFile(
  database: Database,
  change: FileChange & { before: FileRecord },
  at: Date,
): void {
  noteChange(database, change, at)
  const { workspaceId, id } = change.before
  database.prepare('DELETE FROM files WHERE workspace_id = ? AND id = ?').run(workspaceId, id)
}

function noteChange(database: Database, change: FileChange, at: Date): void {
  const workspaceId = (change.after ?? change.before)?.workspaceId ?? ''
  const entry = entryOf(change, at)
  applyDelta(database, workspaceId, { ...change, events: entry ? 1 : 0 })
  if (entry) appendEvent(database, workspaceId, entry)
}

function columnsOf(file: FileRecord): Record<string, SQLInputValue> {
  const { metadata, ...record } = file
  return {
    sequence: file.sequence,
    path: file.path,
    session_id: file.sessionId,
    state: file.state,
    origin: file.origin,
    is_deleted: Number(file.isDeleted),
    deleted_at: file.deletedAt,
    superseded_by: file.supersededBy,
    created_at: file.createdAt,
    signatures_at: signaturesOf(file) ?? null,
    rejected_at: rejectedAtOf(file) ?? null,
    condemned_at: file.state === 'infected' && !file.isDeleted ? (file.condemnedAt ?? null) : null,
    folded_name: foldCase(file.name),
    record: JSON.stringify(record),
    metadata: JSON.stringify(metadata),
  }
}

import type { InfectedFile, ReadyFile } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import type { RescanOutcome } from '../../model/verdict.ts'
import type { OutdatedQuery, RejectedFile, RejectedQuery } from '../../ports/maintenance.ts'
import { rescanned, signaturesOf } from '../../model/transitions.ts'
import type { Database } from './database/database.ts'
import { decode, readFile, recordColumns, replaceFile } from './rows.ts'

/** Writes the verdict of a rescan, in the caller's transaction. */
export function applyRescan(
  database: Database,
  { workspaceId, id }: { workspaceId: string; id: FileId },
  { outcome: { generation, scan }, now }: { outcome: RescanOutcome; now: Date },
): ReadyFile | InfectedFile | undefined {
  const file = readFile(database, workspaceId, id)
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const after = rescanned(file, scan, now)
  if (after) replaceFile(database, { before: file, after }, now)
  return after
}

export function listOutdated(
  database: Database,
  { signaturesBefore, limit, after }: OutdatedQuery,
): ReadyFile[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_by_signatures
    WHERE signatures_at IS NOT NULL
      AND (signatures_at, created_at, workspace_id, sequence) < (?, ?, ?, ?)
    ORDER BY signatures_at DESC, created_at DESC, workspace_id DESC, sequence DESC LIMIT ?`
  const position = after
    ? [signaturesOf(after) ?? '', after.createdAt, after.workspaceId, after.sequence]
    : [signaturesBefore.toISOString(), '', '', 0]
  return database
    .prepare(sql)
    .all(...position, limit)
    .map((row) => decode(row) as ReadyFile)
}

export function listRejected(
  database: Database,
  { before, limit, after }: RejectedQuery,
): RejectedFile[] {
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_rejected_by_age
    WHERE rejected_at IS NOT NULL AND rejected_at < ?
      AND (rejected_at, workspace_id, sequence) > (?, ?, ?)
    ORDER BY rejected_at, workspace_id, sequence LIMIT ?`
  const position = [after?.rejectedAt ?? '', after?.workspaceId ?? '', after?.sequence ?? 0]
  return database
    .prepare(sql)
    .all(before.toISOString(), ...position, limit)
    .map((row) => decode(row) as RejectedFile)
}

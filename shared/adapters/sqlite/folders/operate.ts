import { notFound } from '../../../model/access.ts'
import type { FileRecord } from '../../../model/file.ts'
import {
  maxFilesPerStep,
  maxRunningOperations,
  newOperation,
  stoppedOperation,
  tooManyOperations,
  type FolderOperation,
  type OperationRequest,
} from '../../../model/folders/operation.ts'
import {
  advanced,
  folderChange,
  targetOf,
  withTotal,
  type FolderChange,
} from '../../../model/folders/step.ts'
import type { Total } from '../../../model/listing.ts'
import { pathBounds } from '../../../model/path-bounds.ts'
import type { FolderStep } from '../../../ports/folders.ts'
import { isTaken, type ChangeContext } from '../changes.ts'
import type { Database } from '../database/database.ts'
import { decode, readLastRemoved, recordColumns, replaceFile } from '../rows.ts'
import { deleteRecord } from '../trash.ts'
import { lastSequence, readUsage } from '../workspaces.ts'
import { countRunning, readOperation, writeOperation } from './operations.ts'

/** Stores an operation and takes its first step, in the caller's transaction. */
export function startOperation(context: ChangeContext, request: OperationRequest): FolderStep {
  const { database, now } = context
  const { workspaceId } = request
  const undone = 'undoes' in request ? endUndone(context, request) : undefined
  const facts = { undone, lastSequence: lastSequence(database, workspaceId), now }
  const step = takeStep(context, newOperation(request, facts))
  const { kind, examinedCount, state } = step.operation
  if (kind === 'move' && examinedCount === 0) throw notFound('folder')
  if (state === 'running' && countRunning(database, workspaceId) > maxRunningOperations) {
    throw tooManyOperations()
  }
  return step
}

export function advanceOperation(
  context: ChangeContext,
  operation: FolderOperation,
  total: Total | undefined,
): FolderStep {
  if (operation.state !== 'running') return { operation, purged: [] }
  return takeStep(context, withTotal(operation, total))
}

/** The deletion that a restoration undoes, ended. */
function endUndone(
  { database, now }: ChangeContext,
  { workspaceId, undoes }: { workspaceId: string; undoes: string },
): FolderOperation {
  const undone = readOperation(database, workspaceId, undoes)
  if (undone?.kind !== 'delete') throw notFound('deletion of a folder')
  if (undone.state === 'running') writeOperation(database, stoppedOperation(undone, now))
  return undone
}

function takeStep(context: ChangeContext, operation: FolderOperation): FolderStep {
  const { database, now } = context
  const files = readFiles(database, operation)
  const changes = new Map<FileRecord, FolderChange>()
  for (const file of files) {
    const change = changeOf(context, operation, file)
    changes.set(file, change)
    if (change && 'purges' in change) deleteRecord(database, file, now)
    else if (change && 'after' in change) {
      replaceFile(database, { before: file, after: change.after }, now)
    }
  }
  const next = advanced(operation, files, { changes, now })
  writeOperation(database, next)
  const isPurged = (file: FileRecord) => 'purges' in (changes.get(file) ?? {})
  return { operation: next, purged: files.filter(isPurged) }
}

function changeOf(
  { database, allowance, now }: ChangeContext,
  operation: FolderOperation,
  file: FileRecord,
): FolderChange {
  const { workspaceId } = operation
  const target = targetOf(operation, file)
  return folderChange(operation, file, {
    isTaken: target !== undefined && isTaken(database, workspaceId, target),
    isNamed:
      operation.kind === 'restore' &&
      readLastRemoved(database, workspaceId, file.path)?.id === file.id,
    usage: operation.kind === 'restore' ? readUsage(database, workspaceId, allowance) : undefined,
    now,
  })
}

/** The next files of the folder, in the order of paths. */
function readFiles(database: Database, operation: FolderOperation): FileRecord[] {
  const { workspaceId, kind, folder, position } = operation
  const sql = `SELECT ${recordColumns} FROM files INDEXED BY files_by_path
    WHERE workspace_id = :workspace AND is_deleted = :deleted AND path < :high
      AND (path, sequence) > (:path, :sequence)
    ORDER BY path, sequence LIMIT ${maxFilesPerStep}`
  const { low, high } = pathBounds({ prefix: folder })
  const { path, sequence } = position ?? { path: low, sequence: 0 }
  const deleted = Number(kind === 'restore')
  const values = { workspace: workspaceId, deleted, high, path, sequence }
  return database.prepare(sql).all(values).map(decode)
}

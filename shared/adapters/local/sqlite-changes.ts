import type { FileRecord, PendingFile, ReadyFile } from '../../workspace/file.ts'
import type { SessionId, WorkspacePath } from '../../workspace/path.ts'
import type { FileChanges, Removal } from '../../workspace/ports.ts'
import { assertFits, assertMovable, isOver, pathTaken } from '../../workspace/reservation.ts'
import {
  markedMissing,
  moved,
  progressed,
  trashed,
  untrashed,
} from '../../workspace/transitions.ts'
import type { Database } from './database.ts'
import { readClaim, readOwner, replaceFile } from './sqlite-rows.ts'
import { forget, trimTrash } from './sqlite-trash.ts'
import { readUsage } from './sqlite-workspaces.ts'

/** What a change works with: it runs within a transaction, on the record that was read there. */
export interface ChangeContext {
  database: Database
  /** Of a workspace without its own quota. */
  quotaBytes: number
  now: Date
}

export function updateFile(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  { path, metadata }: FileChanges,
): FileRecord | undefined {
  if (file === undefined || file.isDeleted) return undefined
  const isMove = path !== undefined && path !== file.path
  if (isMove) {
    assertMovable(file)
    assertFree(database, file, path)
  }
  const after = {
    ...(isMove ? moved(file, path) : file),
    ...(metadata && { metadata }),
    updatedAt: now.toISOString(),
  }
  replaceFile(database, file, after)
  return after
}

export function removeFile(
  { database, quotaBytes, now }: ChangeContext,
  file: FileRecord | undefined,
  sessionId?: SessionId,
): Removal | undefined {
  if (file === undefined || (sessionId ?? file.sessionId) !== file.sessionId) return undefined
  if (file.state === 'pending') {
    forget(database, file, now)
    return { file, purged: [] }
  }
  if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
  const removed = trashed(file, null, now)
  replaceFile(database, file, removed)
  return { file: removed, purged: trimTrash(database, file.workspaceId, quotaBytes) }
}

export function restoreFile(
  { database, quotaBytes, now }: ChangeContext,
  file: FileRecord | undefined,
  path?: WorkspacePath,
): FileRecord | undefined {
  if (!file?.isDeleted) return file
  assertFree(database, file, path ?? file.path)
  if (file.state === 'ready') {
    assertFits(readUsage(database, file.workspaceId, quotaBytes), file.sizeBytes)
  }
  const restored = moved(untrashed(file, now), path ?? file.path)
  replaceFile(database, file, restored)
  return restored
}

export function purgeFile(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  deletedBefore?: Date,
): FileRecord | undefined {
  const isMeant = deletedBefore === undefined || wasDeletedBefore(file, deletedBefore)
  if (!file || !isMeant) return undefined
  forget(database, file, now)
  return file
}

export function expireFile(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  abandonedBefore?: Date,
): PendingFile | undefined {
  if (file?.state !== 'pending' || !isOver(file, now, abandonedBefore)) return undefined
  forget(database, file, now)
  return file
}

export function markMissing(
  { database }: ChangeContext,
  file: FileRecord | undefined,
  { generation, since }: { generation: string; since: Date | null },
): ReadyFile | undefined {
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const marked = markedMissing(file, since)
  replaceFile(database, file, marked)
  return marked
}

export function noteProgress(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  receivedBytes: number,
): PendingFile | undefined {
  if (file?.state !== 'pending') return undefined
  const after = progressed(file, receivedBytes, now)
  replaceFile(database, file, after)
  return after
}

export function isTaken(database: Database, workspaceId: string, path: WorkspacePath): boolean {
  const owner = readOwner(database, workspaceId, path)
  return owner !== undefined || readClaim(database, workspaceId, path) !== undefined
}

/** A file that is not ready owns nothing, and takes nothing. */
function assertFree(database: Database, file: FileRecord, path: WorkspacePath): void {
  if (file.state === 'ready' && isTaken(database, file.workspaceId, path)) throw pathTaken(path)
}

function wasDeletedBefore(file: FileRecord | undefined, instant: Date): boolean {
  return file?.deletedAt != null && file.deletedAt < instant.toISOString()
}

import type { FileRecord, PendingFile, ReadyFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import type { Destination, FileChanges, Removal } from '../../ports/catalog.ts'
import { pathTaken } from '../../model/conflict/on-conflict.ts'
import { freePath } from '../../model/conflict/numbered-path.ts'
import { assertFits, assertMovable, isExpired } from '../../model/reservation.ts'
import { assertMetadataFits, assertRoomForRecord } from '../../model/record-limits.ts'
import {
  isPurgeable,
  markedMissing,
  moved,
  progressed,
  trashed,
  untrashed,
} from '../../model/transitions.ts'
import { type Allowance, metadataBytesOf } from '../../model/usage.ts'
import type { Database } from './database/database.ts'
import { readClaim, readOwner, replaceFile } from './rows.ts'
import { deleteRecord, trimTrash } from './trash.ts'
import { readUsage } from './workspaces.ts'

/** Arguments common to all changes. A change runs in the transaction that read its file. */
export interface ChangeContext {
  database: Database
  allowance: Allowance
  now: Date
}

export function updateFile(
  { database, allowance, now }: ChangeContext,
  file: FileRecord | undefined,
  { path, onConflict, metadata }: FileChanges,
): FileRecord | undefined {
  if (file === undefined || file.isDeleted) return undefined
  const isMove = path !== undefined && path !== file.path
  if (isMove) assertMovable(file)
  const to = isMove ? claimPath({ database, now }, file, { path, onConflict }) : file.path
  if (metadata) {
    const growthBytes = metadataBytesOf(metadata) - metadataBytesOf(file.metadata)
    assertMetadataFits(readUsage(database, file.workspaceId, allowance), growthBytes)
  }
  const after = {
    ...(to === file.path ? file : moved(file, to)),
    ...(metadata && { metadata }),
    updatedAt: now.toISOString(),
  }
  replaceFile(database, { before: file, after }, now)
  return after
}

export function removeFile(
  { database, allowance, now }: ChangeContext,
  file: FileRecord | undefined,
): Removal | undefined {
  if (file === undefined) return undefined
  if (file.state === 'pending') {
    deleteRecord(database, file, now)
    return { file, purged: [] }
  }
  if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
  const removed = trashed(file, null, now)
  replaceFile(database, { before: file, after: removed }, now)
  return { file: removed, purged: trimTrash(database, file.workspaceId, { allowance, now }) }
}

export function restoreFile(
  { database, allowance, now }: ChangeContext,
  file: FileRecord | undefined,
  { path, onConflict }: Destination,
): FileRecord | undefined {
  if (!file?.isDeleted) return file
  const to = claimPath({ database, now }, file, { path: path ?? file.path, onConflict })
  const usage = readUsage(database, file.workspaceId, allowance)
  if (file.state === 'ready') assertFits(usage, file.sizeBytes)
  assertRoomForRecord(usage, file.metadata)
  const restored = moved(untrashed(file, now), to)
  replaceFile(database, { before: file, after: restored }, now)
  return restored
}

export function restoreVersion(
  { database, allowance, now }: ChangeContext,
  file: FileRecord | undefined,
  path: WorkspacePath,
): Removal<ReadyFile> | undefined {
  if (file?.state !== 'ready' || file.path !== path) return undefined
  if (!file.isDeleted) return { file, purged: [] }
  const owner = readOwner(database, file.workspaceId, path)
  if (owner) {
    replaceFile(database, { before: owner, after: trashed(owner, file.id, now) }, now)
  }
  const usage = readUsage(database, file.workspaceId, allowance)
  assertFits(usage, file.sizeBytes)
  assertRoomForRecord(usage, file.metadata)
  const restored = untrashed(file, now)
  replaceFile(database, { before: file, after: restored }, now)
  return { file: restored, purged: trimTrash(database, file.workspaceId, { allowance, now }) }
}

export function purgeFile(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  deletedBefore?: Date,
): FileRecord | undefined {
  if (file === undefined || !isPurgeable(file, deletedBefore)) return undefined
  deleteRecord(database, file, now)
  return file
}

export function expireFile(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  abandonedBefore?: Date,
): PendingFile | undefined {
  if (file?.state !== 'pending' || !isExpired(file, now, abandonedBefore)) return undefined
  deleteRecord(database, file, now)
  return file
}

export function markMissing(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  { generation, since }: { generation: string; since: Date | null },
): ReadyFile | undefined {
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const marked = markedMissing(file, since)
  replaceFile(database, { before: file, after: marked }, now)
  return marked
}

export function noteProgress(
  { database, now }: ChangeContext,
  file: FileRecord | undefined,
  receivedBytes: number,
): PendingFile | undefined {
  if (file?.state !== 'pending') return undefined
  const after = progressed(file, receivedBytes, now)
  replaceFile(database, { before: file, after }, now)
  return after
}

export function isTaken(database: Database, workspaceId: string, path: WorkspacePath): boolean {
  const owner = readOwner(database, workspaceId, path)
  return owner !== undefined || readClaim(database, workspaceId, path) !== undefined
}

/**
 * The path that a file moves to, where a ready file can become the owner. Moves the present owner to the trash, or throws
 * `path-taken`. A file in any other state needs no free path, because it cannot own one.
 */
function claimPath(
  { database, now }: Pick<ChangeContext, 'database' | 'now'>,
  file: FileRecord,
  { path, onConflict = 'fail' }: Destination & { path: WorkspacePath },
): WorkspacePath {
  if (file.state !== 'ready') return path
  const isOthers = (candidate: WorkspacePath) =>
    (file.isDeleted || candidate !== file.path) && isTaken(database, file.workspaceId, candidate)
  if (onConflict === 'rename') return freePath(path, isOthers)
  if (onConflict === 'fail' && isOthers(path)) throw pathTaken(path)
  const owner = readOwner(database, file.workspaceId, path)
  if (owner) {
    replaceFile(database, { before: owner, after: trashed(owner, file.id, now) }, now)
  }
  return path
}

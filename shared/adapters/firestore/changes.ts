import type { FileRecord, PendingFile, ReadyFile } from '../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../model/ids.ts'
import {
  type Destination,
  type FileChanges,
  type Removal,
  type SessionRemoval,
  maxRemovedAtOnce,
} from '../../ports/catalog.ts'
import { pathTaken } from '../../model/conflict/on-conflict.ts'
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
import { metadataBytesOf } from '../../model/usage.ts'
import { isTaken } from './claims.ts'
import { findFreePath } from './reserve.ts'
import { trimTrash } from './trash.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

export async function updateFile(
  transaction: WorkspaceTransaction,
  id: FileId,
  { path, onConflict, metadata }: FileChanges,
): Promise<FileRecord | undefined> {
  const file = await transaction.openFile(id)
  if (file === undefined || file.isDeleted) return undefined
  if (metadata) {
    assertMetadataFits(
      transaction.usage,
      metadataBytesOf(metadata) - metadataBytesOf(file.metadata),
    )
  }
  let to = file.path
  if (path !== undefined && path !== file.path) {
    assertMovable(file)
    await transaction.readClaims(file.path)
    to = await claimPath(transaction, file, { path, onConflict })
  }
  const after = {
    ...(to === file.path ? file : moved(file, to)),
    ...(metadata && { metadata }),
    updatedAt: transaction.now.toISOString(),
  }
  transaction.replace(file, after)
  return after
}

export async function removeFile(
  transaction: WorkspaceTransaction,
  id: FileId,
): Promise<Removal | undefined> {
  const file = await transaction.openFile(id)
  if (file === undefined) return undefined
  if (file.state === 'pending') {
    await deleteRecord(transaction, file)
    return { file, purged: [] }
  }
  if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
  if (!file.isDeleted) await transaction.readClaims(file.path)
  const removed = trashed(file, null, transaction.now)
  transaction.replace(file, removed)
  return { file: removed, purged: await trimTrash(transaction) }
}

export async function restoreFile(
  transaction: WorkspaceTransaction,
  id: FileId,
  { path, onConflict }: Destination,
): Promise<FileRecord | undefined> {
  const file = await transaction.openFile(id)
  if (!file?.isDeleted) return file
  const to = await claimPath(transaction, file, { path: path ?? file.path, onConflict })
  if (file.state === 'ready') assertFits(transaction.usage, file.sizeBytes)
  assertRoomForRecord(transaction.usage, file.metadata)
  const restored = moved(untrashed(file, transaction.now), to)
  transaction.replace(file, restored)
  return restored
}

export async function restoreVersion(
  transaction: WorkspaceTransaction,
  id: FileId,
  path: WorkspacePath,
): Promise<Removal<ReadyFile> | undefined> {
  const file = await transaction.openFile(id)
  if (file?.state !== 'ready' || file.path !== path) return undefined
  if (!file.isDeleted) return { file, purged: [] }
  const { owner } = await transaction.readClaims(path)
  const displaced = owner && trashed(owner, file.id, transaction.now)
  if (owner && displaced) await transaction.displace(owner, displaced)
  assertFits(transaction.usage, file.sizeBytes)
  assertRoomForRecord(transaction.usage, file.metadata)
  const restored = untrashed(file, transaction.now)
  transaction.replace(file, restored)
  return { file: restored, purged: await trimTrash(transaction) }
}

export async function purgeFile(
  transaction: WorkspaceTransaction,
  id: FileId,
  deletedBefore?: Date,
): Promise<FileRecord | undefined> {
  const file = await transaction.readFile(id)
  if (file === undefined || !isPurgeable(file, deletedBefore)) return undefined
  await deleteRecord(transaction, file)
  return file
}

export async function expireFile(
  transaction: WorkspaceTransaction,
  id: FileId,
  abandonedBefore?: Date,
): Promise<PendingFile | undefined> {
  const file = await transaction.readFile(id)
  if (file?.state !== 'pending' || !isExpired(file, transaction.now, abandonedBefore))
    return undefined
  await deleteRecord(transaction, file)
  return file
}

export async function noteProgress(
  transaction: WorkspaceTransaction,
  id: FileId,
  receivedBytes: number,
): Promise<PendingFile | undefined> {
  const file = await transaction.readFile(id)
  if (file?.state !== 'pending') return undefined
  const after = progressed(file, receivedBytes, transaction.now)
  if (after !== file) transaction.replace(file, after)
  return after
}

/** Does not update the copy of the owner in the path's document. A displaced file loses its mark until the next sweep. */
export async function markMissing(
  transaction: WorkspaceTransaction,
  id: FileId,
  { generation, since }: { generation: string; since: Date | null },
): Promise<ReadyFile | undefined> {
  const file = await transaction.readFile(id)
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const marked = markedMissing(file, since)
  transaction.replace(file, marked)
  return marked
}

/** Removes one batch of a session's files, with at most two writes for each file and one for its refusal. */
export async function removeSession(
  transaction: WorkspaceTransaction,
  sessionId: SessionId,
  purge: boolean,
): Promise<SessionRemoval> {
  const files = await transaction.readSession(sessionId, {
    deleted: false,
    limit: maxRemovedAtOnce,
  })
  await transaction.readAllClaims(files.map(({ path }) => path))
  if (purge) {
    const limit = maxRemovedAtOnce - files.length
    files.push(...(await transaction.readSession(sessionId, { deleted: true, limit })))
  }
  const isPurged = (file: FileRecord) => purge || file.state === 'pending'
  for (const file of files) {
    if (isPurged(file)) await deleteRecord(transaction, file)
    else transaction.replace(file, trashed(file, null, transaction.now))
  }
  return { removedCount: files.length, purged: files.filter(isPurged) }
}

/** Deletes a record. A pending file leaves the refusal `gone`. */
export async function deleteRecord(
  transaction: WorkspaceTransaction,
  file: FileRecord,
): Promise<void> {
  if (!file.isDeleted) await transaction.readClaims(file.path)
  transaction.remove(file, file.state === 'pending' ? { code: 'gone' } : undefined)
}

/**
 * The path that a file moves to, where a ready file can become the owner. Moves the present owner to the trash, or throws
 * `path-taken`. A file in any other state needs no free path, because it cannot own one.
 */
async function claimPath(
  transaction: WorkspaceTransaction,
  file: FileRecord,
  { path, onConflict = 'fail' }: Destination & { path: WorkspacePath },
): Promise<WorkspacePath> {
  if (file.state !== 'ready') return path
  const isOthers = async (candidate: WorkspacePath) =>
    (file.isDeleted || candidate !== file.path) && isTaken(await transaction.readClaims(candidate))
  if (onConflict === 'rename') return findFreePath(path, isOthers)
  if (onConflict === 'fail' && (await isOthers(path))) throw pathTaken(path)
  const { owner } = await transaction.readClaims(path)
  if (owner) await transaction.displace(owner, trashed(owner, file.id, transaction.now))
  return path
}

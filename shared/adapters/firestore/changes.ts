import type { FileRecord, PendingFile, ReadyFile } from '../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../model/ids.ts'
import {
  type FileChanges,
  type Removal,
  type SessionRemoval,
  maxRemovedAtOnce,
} from '../../ports/catalog.ts'
import { assertFits, assertMovable, isExpired, pathTaken } from '../../model/reservation.ts'
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
import { trimTrash } from './trash.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

export async function updateFile(
  unit: WorkspaceTransaction,
  id: FileId,
  { path, metadata }: FileChanges,
): Promise<FileRecord | undefined> {
  const file = await (metadata ? unit.openFile(id) : unit.readFile(id))
  if (file === undefined || file.isDeleted) return undefined
  if (metadata) {
    assertMetadataFits(unit.usage, metadataBytesOf(metadata) - metadataBytesOf(file.metadata))
  }
  const isMove = path !== undefined && path !== file.path
  if (isMove) {
    assertMovable(file)
    await unit.readClaims(file.path)
    await assertFree(unit, file, path)
  }
  const after = {
    ...(isMove ? moved(file, path) : file),
    ...(metadata && { metadata }),
    updatedAt: unit.now.toISOString(),
  }
  unit.replace(file, after)
  return after
}

export async function removeFile(
  unit: WorkspaceTransaction,
  id: FileId,
): Promise<Removal | undefined> {
  const file = await unit.openFile(id)
  if (file === undefined) return undefined
  if (file.state === 'pending') {
    await deleteRecord(unit, file)
    return { file, purged: [] }
  }
  if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
  if (!file.isDeleted) await unit.readClaims(file.path)
  const removed = trashed(file, null, unit.now)
  unit.replace(file, removed)
  return { file: removed, purged: await trimTrash(unit, [removed]) }
}

export async function restoreFile(
  unit: WorkspaceTransaction,
  id: FileId,
  path?: WorkspacePath,
): Promise<FileRecord | undefined> {
  const file = await unit.openFile(id)
  if (!file?.isDeleted) return file
  await assertFree(unit, file, path ?? file.path)
  if (file.state === 'ready') assertFits(unit.usage, file.sizeBytes)
  assertRoomForRecord(unit.usage, file.metadata)
  const restored = moved(untrashed(file, unit.now), path ?? file.path)
  unit.replace(file, restored)
  return restored
}

export async function purgeFile(
  unit: WorkspaceTransaction,
  id: FileId,
  deletedBefore?: Date,
): Promise<FileRecord | undefined> {
  const file = await unit.readFile(id)
  if (file === undefined || !isPurgeable(file, deletedBefore)) return undefined
  await deleteRecord(unit, file)
  return file
}

export async function expireFile(
  unit: WorkspaceTransaction,
  id: FileId,
  abandonedBefore?: Date,
): Promise<PendingFile | undefined> {
  const file = await unit.readFile(id)
  if (file?.state !== 'pending' || !isExpired(file, unit.now, abandonedBefore)) return undefined
  await deleteRecord(unit, file)
  return file
}

export async function noteProgress(
  unit: WorkspaceTransaction,
  id: FileId,
  receivedBytes: number,
): Promise<PendingFile | undefined> {
  const file = await unit.readFile(id)
  if (file?.state !== 'pending') return undefined
  const after = progressed(file, receivedBytes, unit.now)
  if (after !== file) unit.replace(file, after)
  return after
}

/** The copy of an owner that guards its path does not have the mark: a file that is displaced loses it until the next sweep. */
export async function markMissing(
  unit: WorkspaceTransaction,
  id: FileId,
  { generation, since }: { generation: string; since: Date | null },
): Promise<ReadyFile | undefined> {
  const file = await unit.readFile(id)
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const marked = markedMissing(file, since)
  unit.replace(file, marked)
  return marked
}

/** Removes one bounded batch of a session's files: at most two writes for each, and one for a refusal. */
export async function removeSession(
  unit: WorkspaceTransaction,
  sessionId: SessionId,
  purge: boolean,
): Promise<SessionRemoval> {
  const files = await unit.readSession(sessionId, { deleted: false, limit: maxRemovedAtOnce })
  await unit.readAllClaims(files.map(({ path }) => path))
  if (purge) {
    const limit = maxRemovedAtOnce - files.length
    files.push(...(await unit.readSession(sessionId, { deleted: true, limit })))
  }
  const isPurged = (file: FileRecord) => purge || file.state === 'pending'
  for (const file of files) {
    if (isPurged(file)) await deleteRecord(unit, file)
    else unit.replace(file, trashed(file, null, unit.now))
  }
  return { removedCount: files.length, purged: files.filter(isPurged) }
}

/** Removes a record; who still asks for a file that was pending learns that it is gone. */
async function deleteRecord(unit: WorkspaceTransaction, file: FileRecord): Promise<void> {
  if (!file.isDeleted) await unit.readClaims(file.path)
  unit.remove(file)
  if (file.state === 'pending') unit.refuse(file.id, 'gone')
}

/** A file that is not ready owns nothing, and takes nothing. */
async function assertFree(
  unit: WorkspaceTransaction,
  { state }: FileRecord,
  path: WorkspacePath,
): Promise<void> {
  if (state === 'ready' && isTaken(await unit.readClaims(path))) throw pathTaken(path)
}

import type { FileRecord, PendingFile, ReadyFile } from '../../workspace/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../workspace/path.ts'
import type { FileChanges, Removal } from '../../workspace/ports.ts'
import { assertFits, assertMovable, isOver, pathTaken } from '../../workspace/reservation.ts'
import {
  markedMissing,
  moved,
  progressed,
  trashed,
  untrashed,
} from '../../workspace/transitions.ts'
import { isTaken } from './firestore-claims.ts'
import { trimTrash } from './firestore-trash.ts'
import type { WorkspaceUnit } from './firestore-unit.ts'

export async function updateFile(
  unit: WorkspaceUnit,
  id: FileId,
  { path, metadata }: FileChanges,
): Promise<FileRecord | undefined> {
  const file = await unit.readFile(id)
  if (file === undefined || file.isDeleted) return undefined
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
  unit: WorkspaceUnit,
  id: FileId,
  sessionId?: SessionId,
): Promise<Removal | undefined> {
  const file = await unit.openFile(id)
  if (file === undefined || (sessionId ?? file.sessionId) !== file.sessionId) return undefined
  if (file.state === 'pending') {
    await forget(unit, file)
    return { file, purged: [] }
  }
  if (file.isDeleted && file.supersededBy === null) return { file, purged: [] }
  if (!file.isDeleted) await unit.readClaims(file.path)
  const removed = trashed(file, null, unit.now)
  unit.replace(file, removed)
  return { file: removed, purged: await trimTrash(unit, [removed]) }
}

export async function restoreFile(
  unit: WorkspaceUnit,
  id: FileId,
  path?: WorkspacePath,
): Promise<FileRecord | undefined> {
  const file = await unit.openFile(id)
  if (!file?.isDeleted) return file
  await assertFree(unit, file, path ?? file.path)
  if (file.state === 'ready') assertFits(unit.usage, file.sizeBytes)
  const restored = moved(untrashed(file, unit.now), path ?? file.path)
  unit.replace(file, restored)
  return restored
}

export async function purgeFile(
  unit: WorkspaceUnit,
  id: FileId,
  deletedBefore?: Date,
): Promise<FileRecord | undefined> {
  const file = await unit.readFile(id)
  if (file === undefined) return undefined
  if (deletedBefore !== undefined && !wasDeletedBefore(file, deletedBefore)) return undefined
  await forget(unit, file)
  return file
}

export async function expireFile(
  unit: WorkspaceUnit,
  id: FileId,
  abandonedBefore?: Date,
): Promise<PendingFile | undefined> {
  const file = await unit.readFile(id)
  if (file?.state !== 'pending' || !isOver(file, unit.now, abandonedBefore)) return undefined
  await forget(unit, file)
  return file
}

export async function noteProgress(
  unit: WorkspaceUnit,
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
  unit: WorkspaceUnit,
  id: FileId,
  { generation, since }: { generation: string; since: Date | null },
): Promise<ReadyFile | undefined> {
  const file = await unit.readFile(id)
  if (file?.state !== 'ready' || file.generation !== generation) return undefined
  const marked = markedMissing(file, since)
  unit.replace(file, marked)
  return marked
}

/** Removes a record; who still asks for a file that was pending learns that it is gone. */
async function forget(unit: WorkspaceUnit, file: FileRecord): Promise<void> {
  if (!file.isDeleted) await unit.readClaims(file.path)
  unit.remove(file)
  if (file.state === 'pending') unit.refuse(file.id, 'gone')
}

/** A file that is not ready owns nothing, and takes nothing. */
async function assertFree(
  unit: WorkspaceUnit,
  { state }: FileRecord,
  path: WorkspacePath,
): Promise<void> {
  if (state === 'ready' && isTaken(await unit.readClaims(path))) throw pathTaken(path)
}

function wasDeletedBefore(file: FileRecord, instant: Date): boolean {
  return file.deletedAt !== null && file.deletedAt < instant.toISOString()
}

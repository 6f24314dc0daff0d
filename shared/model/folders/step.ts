import { WorkspaceError } from '../errors.ts'
import type { FileRecord } from '../file.ts'
import type { WorkspacePath } from '../ids.ts'
import type { Total } from '../listing.ts'
import { parsePath } from '../path.ts'
import { assertRoomForRecord } from '../record-limits.ts'
import { fits } from '../reservation.ts'
import { moved, trashed, untrashed } from '../transitions.ts'
import type { Usage } from '../usage.ts'
import {
  maxFilesPerStep,
  maxRefusedKept,
  type FolderOperation,
  type FolderRefusal,
} from './operation.ts'

/** What a step does with one file. Undefined leaves the file, because the operation does not cover it. */
export type FolderChange =
  | { after: FileRecord }
  | { purges: true }
  | { refused: FolderRefusal }
  | undefined

/** The state that a catalog reads in the transaction of the step. */
export interface FolderFacts {
  /** Whether another file has taken the path that `targetOf` returns. */
  isTaken: boolean
  /** Whether the file is the one that its path names: of all files deleted from the path, the last. */
  isNamed: boolean
  /** The counters, with the changes of the step so far. Only for a restoration. */
  usage: Usage | undefined
  now: Date
}

/** The path of a file after the operation. Undefined for a path that would not be valid. */
export function targetOf(
  { folder, to }: FolderOperation,
  { path }: FileRecord,
): WorkspacePath | undefined {
  if (to === undefined) return path
  const target = `${to}${path.slice(folder.length)}`
  // The file would be moved again, if `to` is a folder around the moved one.
  if (target.startsWith(folder)) return undefined
  try {
    return parsePath(target)
  } catch (error) {
    if (error instanceof WorkspaceError) return undefined
    throw error
  }
}

/** The rule of `Folders.advance` for one file. */
export function folderChange(
  operation: FolderOperation,
  file: FileRecord,
  facts: FolderFacts,
): FolderChange {
  if (file.sequence > operation.lastSequence) return undefined
  if (operation.kind === 'move') return moveOf(operation, file, facts)
  if (operation.kind === 'restore') return restorationOf(operation, file, facts)
  if (file.state === 'pending') return { purges: true }
  // The same instant for all files, by which a restoration finds them.
  return { after: trashed(file, null, new Date(operation.createdAt)) }
}

function moveOf(operation: FolderOperation, file: FileRecord, facts: FolderFacts): FolderChange {
  const { isTaken, now } = facts
  const target = targetOf(operation, file)
  if (target === undefined) return { refused: 'invalid-request' }
  if (file.state === 'pending') return { refused: 'not-scanned' }
  if (file.state === 'ready' && isTaken) return { refused: 'path-taken' }
  return { after: { ...moved(file, target), updatedAt: now.toISOString() } }
}

function restorationOf(
  { deletedAt }: FolderOperation,
  file: FileRecord,
  { isTaken, isNamed, usage, now }: FolderFacts,
): FolderChange {
  if (file.supersededBy !== null) return undefined
  if (deletedAt === undefined && !isNamed && !isTaken) return undefined
  if (deletedAt !== undefined && file.deletedAt !== deletedAt) return undefined
  if (file.state === 'ready' && isTaken) return { refused: 'path-taken' }
  if (!usage) throw new Error('A restoration needs the counters.')
  if (!hasRoom(usage, file)) return { refused: 'quota-exceeded' }
  return { after: untrashed(file, now) }
}

function hasRoom(usage: Usage, file: FileRecord): boolean {
  if (file.state === 'ready' && !fits(usage, file.sizeBytes)) return false
  try {
    assertRoomForRecord(usage, file.metadata)
    return true
  } catch (error) {
    if (error instanceof WorkspaceError) return false
    throw error
  }
}

/** The operation with the number of its files, if that is given. */
export function withTotal(operation: FolderOperation, total: Total | undefined): FolderOperation {
  if (total === undefined) return operation
  const { files, isMinimum } = total
  return { ...operation, totalCount: files, ...(isMinimum && { totalIsMinimum: true }) }
}

/** The operation after a step that has examined `files`. Files without an entry in `changes` do not change. */
export function advanced(
  operation: FolderOperation,
  files: readonly FileRecord[],
  { changes, now }: { changes: ReadonlyMap<FileRecord, FolderChange>; now: Date },
): FolderOperation {
  const refused = files.flatMap((file) => {
    const change = changes.get(file)
    return change && 'refused' in change
      ? { id: file.id, path: file.path, code: change.refused }
      : []
  })
  const changedCount = [...changes.values()].filter((it) => it && !('refused' in it)).length
  const last = files.at(-1)
  return {
    ...operation,
    state: files.length < maxFilesPerStep ? 'done' : 'running',
    ...(last && { position: { path: last.path, sequence: last.sequence } }),
    examinedCount: operation.examinedCount + files.length,
    changedCount: operation.changedCount + changedCount,
    refusedCount: operation.refusedCount + refused.length,
    refused: [...operation.refused, ...refused].slice(0, maxRefusedKept),
    updatedAt: now.toISOString(),
  }
}

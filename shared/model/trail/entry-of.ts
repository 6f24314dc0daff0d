import type { FileRecord } from '../file.ts'
import type { Refusal } from '../settlement.ts'
import type { EventType, TrailEntry } from './event.ts'

/** One change of a file: from `before` to `after`. */
export interface FileChange {
  /** Undefined if the file is new. */
  before?: FileRecord | undefined
  /** Undefined if the record is deleted. */
  after?: FileRecord | undefined
  /** Why a pending file ends without becoming the owner of its path. */
  refusal?: Refusal | undefined
}

type Found = Pick<TrailEntry, 'type'> & Partial<TrailEntry>

/**
 * The event of a change. Undefined for a change that has none: the progress of an import, the verdict of a rescan that confirms
 * the earlier one, and the mark of missing bytes.
 */
export function entryOf(change: FileChange, at: Date): TrailEntry | undefined {
  const file = change.after ?? change.before
  const found = foundIn(change)
  if (!file || !found) return undefined
  const { id: fileId, path } = file
  return { at: at.toISOString(), fileId, path, ...found }
}

function foundIn({ before, after, refusal }: FileChange): Found | undefined {
  if (!before) return { type: 'created' }
  if (before.state === 'pending' && after?.state !== 'pending') {
    return verdictOf(after, refusal)
  }
  if (!after) return { type: 'purged' }
  if (before.state !== after.state) return { type: typeOfState(after) }
  return changeOf(before, after)
}

/** How a pending file ended. */
function verdictOf(after: FileRecord | undefined, refusal: Refusal | undefined): Found {
  if (!after || refusal) return { type: 'failed', code: refusal?.code ?? 'gone' }
  return { type: typeOfState(after), ...supersededBy(after) }
}

function changeOf(before: FileRecord, after: FileRecord): Found | undefined {
  const from = before.path === after.path ? {} : { from: before.path }
  const isReplaced = after.isDeleted && after.supersededBy !== null
  if (!before.isDeleted && isReplaced) return { type: 'replaced', ...supersededBy(after) }
  // Also a superseded file that its user deletes.
  const isDeletion = !before.isDeleted || before.supersededBy !== null
  if (after.isDeleted) return isDeletion && !isReplaced ? { type: 'deleted' } : undefined
  if (before.isDeleted) return { type: 'restored', ...from }
  if (before.path !== after.path) return { type: 'moved', ...from }
  return before.metadata === after.metadata ? undefined : { type: 'updated' }
}

function typeOfState({ state }: FileRecord): EventType {
  return state === 'pending' ? 'created' : state
}

function supersededBy({ supersededBy: id }: FileRecord) {
  return id === null ? {} : { supersededBy: id }
}

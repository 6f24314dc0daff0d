import { createHash } from 'node:crypto'
import type { FileRecord, FileState, Origin } from '../../model/file.ts'
import { foldCase } from '../../model/case-folding.ts'
import type { SessionId, WorkspacePath } from '../../model/ids.ts'
import type { SweepPosition } from '../../ports/maintenance.ts'
import { encodeWorkspaceId } from '../../model/storage-path.ts'
import { rejectedAtOf, signaturesOf } from '../../model/transitions.ts'
import { gramsOf } from './grams.ts'

/**
 * Fields for queries, derived from the record. Each lets one index answer a query without merging indexes. Null excludes a
 * file from the range of an index.
 */
export interface FileKeys {
  path: string
  sequence: number
  /** All combinations of filters that match the file, and the n-grams of its name. A list query selects one of them. */
  terms: string[]
  /** Of all files with a path, `getByPath` returns the one with the greatest key. */
  named: string | null
  /** The order of `listPending`, of `listTrash` and of `listRejected`, over all workspaces. */
  sweep: string | null
  /** The order of `listOutdated`, over all workspaces. */
  signatures: string | null
  /** The order in which the files of one workspace leave its trash. */
  trash: string | null
}

export function keysOf(file: FileRecord): FileKeys {
  return {
    path: file.path,
    sequence: file.sequence,
    terms: [...scopeTermsOf(file), ...gramTermsOf(file)],
    named: namedKeyOf(file),
    sweep: file.isDeleted ? trashSweepKey(file) : (pendingSweepKey(file) ?? rejectedKeyOf(file)),
    signatures: signaturesKey(file),
    trash: trashKeyOf(file),
  }
}

interface Scope {
  deleted: boolean
  state?: FileState | undefined
  origin?: Origin | undefined
  sessionId?: SessionId | undefined
}

/** The parts joined by `|`, which no part contains. A missing part is empty. */
export function scopeTerm({ deleted, state, origin, sessionId }: Scope): string {
  return [deleted ? 'T' : 'L', state, origin, sessionId].join('|')
}

export function gramTerm(deleted: boolean, gram: string): string {
  return `${deleted ? 'T' : 'L'}~${gram}`
}

/** The id of a path's document. Hashed, because Firestore rejects some paths as ids. */
export function pathId(path: WorkspacePath): string {
  return createHash('sha256').update(path).digest('hex')
}

/** The range of the `named` keys of one path, from (inclusive) and to (exclusive). */
export function namedRange(path: WorkspacePath): [string, string] {
  return [`${pathId(path)}:`, `${pathId(path)};`]
}

export function pendingSweepKey(file: SweepPosition): string | null {
  return file.state === 'pending' ? sweepKey('pending', file.createdAt, file) : null
}

export function trashSweepKey(file: SweepPosition): string | null {
  return file.deletedAt === null ? null : sweepKey('trash', file.deletedAt, file)
}

/** The stored name. Earlier versions used this key only for files that a rescan found infected. */
export const rejectedKind = 'condemned'

export function rejectedKey({
  rejectedAt,
  ...file
}: Pick<FileRecord, 'workspaceId' | 'sequence'> & { rejectedAt: string }): string {
  return sweepKey(rejectedKind, rejectedAt, file)
}

function rejectedKeyOf(file: FileRecord): string | null {
  const rejectedAt = rejectedAtOf(file)
  return rejectedAt === undefined ? null : rejectedKey({ ...file, rejectedAt })
}

/** Signatures without a date have the key `0`, which sorts before any date. */
export function signaturesKey(file: FileRecord): string | null {
  const signaturesAt = signaturesOf(file)
  return signaturesAt === undefined ? null : sweepKey(signaturesAt || '0', file.createdAt, file)
}

/** Ordered by instant, workspace and sequence: a total order, so the next page continues after the last record. */
function sweepKey(
  kind: string,
  instant: string,
  file: Pick<FileRecord, 'workspaceId' | 'sequence'>,
): string {
  return `${kind}|${instant}|${encodeWorkspaceId(file.workspaceId)}|${padded(file.sequence)}`
}

export function trashKeyOf(file: FileRecord): string | null {
  if (file.deletedAt === null) return null
  return `${file.deletedAt}|${padded(file.sequence)}`
}

/**
 * Ranks the files of a path as `getByPath` does: the owner, then the pending file that was reserved last, then the file that
 * was deleted, or found infected by a rescan, last.
 */
export function namedKeyOf(file: FileRecord): string | null {
  const [from] = namedRange(file.path)
  if (file.state === 'ready' && !file.isDeleted) return `${from}3`
  if (file.state === 'pending') return `${from}2|${padded(file.sequence)}`
  const { condemnedAt } = file.state === 'infected' ? file : {}
  const removedAt = file.isDeleted ? file.deletedAt : condemnedAt
  if (removedAt == null || file.supersededBy !== null) return null
  return `${from}1|${removedAt}|${padded(file.sequence)}`
}

function scopeTermsOf(file: FileRecord): string[] {
  const terms: string[] = []
  for (const state of [undefined, file.state]) {
    for (const origin of [undefined, file.origin]) {
      const scope = { deleted: file.isDeleted, state, origin }
      terms.push(scopeTerm(scope))
      if (file.sessionId !== null) terms.push(scopeTerm({ ...scope, sessionId: file.sessionId }))
    }
  }
  return terms
}

function gramTermsOf({ name, isDeleted }: FileRecord): string[] {
  return gramsOf(foldCase(name)).map((gram) => gramTerm(isDeleted, gram))
}

/** Padded to the length of the largest safe integer, so that text order is numeric order. */
function padded(sequence: number): string {
  return String(sequence).padStart(16, '0')
}

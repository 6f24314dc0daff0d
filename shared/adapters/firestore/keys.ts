import { createHash } from 'node:crypto'
import type { FileRecord, FileState, Origin } from '../../model/file.ts'
import { foldCase } from '../../model/case-folding.ts'
import type { SessionId, WorkspacePath } from '../../model/ids.ts'
import type { SweepPosition } from '../../ports/maintenance.ts'
import { encodeWorkspaceId } from '../../model/storage-path.ts'
import { rejectedAtOf, signaturesOf } from '../../model/transitions.ts'
import { gramsOf } from './grams.ts'

/**
 * What queries need of a record, derived from it alone. Each is made so that one index serves a query whole, with no
 * joining of indexes; null keeps a file out of an index's range.
 */
export interface FileKeys {
  path: string
  sequence: number
  /** Every combination of filters that the file passes, and its name's grams: a list query asks for one of them. */
  terms: string[]
  /** Of all files at a path, the one that the path names has the greatest. */
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

/** None of its parts can hold a `|`; an absent one is empty. */
export function scopeTerm({ deleted, state, origin, sessionId }: Scope): string {
  return [deleted ? 'T' : 'L', state, origin, sessionId].join('|')
}

export function gramTerm(deleted: boolean, gram: string): string {
  return `${deleted ? 'T' : 'L'}~${gram}`
}

/** The document that guards a path; hexadecimal, so that no path makes an id that Firestore refuses. */
export function pathId(path: WorkspacePath): string {
  return createHash('sha256').update(path).digest('hex')
}

/** The range of the `named` keys of one path: from, and up to but without. */
export function namedRange(path: WorkspacePath): [string, string] {
  return [`${pathId(path)}:`, `${pathId(path)};`]
}

export function pendingSweepKey(file: SweepPosition): string | null {
  return file.state === 'pending' ? sweepKey('pending', file.createdAt, file) : null
}

export function trashSweepKey(file: SweepPosition): string | null {
  return file.deletedAt === null ? null : sweepKey('trash', file.deletedAt, file)
}

/** As stored: `condemned`, the name from the time when it held condemned files alone. */
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

/** Signatures without an instant are `0`, before any that have one. */
export function signaturesKey(file: FileRecord): string | null {
  const signaturesAt = signaturesOf(file)
  return signaturesAt === undefined ? null : sweepKey(signaturesAt || '0', file.createdAt, file)
}

/** Files of one instant go by workspace and sequence, so that every page has one place to go on from. */
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

/** The owner before the pending files, the last of these before the others, and those before what was deleted or condemned last. */
function namedKeyOf(file: FileRecord): string | null {
  const [from] = namedRange(file.path)
  if (file.state === 'ready' && !file.isDeleted) return `${from}3`
  if (file.state === 'pending') return `${from}2|${padded(file.sequence)}`
  const { condemnedAt } = file.state === 'infected' ? file : {}
  const goneAt = file.isDeleted ? file.deletedAt : condemnedAt
  if (goneAt == null || file.supersededBy !== null) return null
  return `${from}1|${goneAt}|${padded(file.sequence)}`
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

/** Every safe integer in the order of its value. */
function padded(sequence: number): string {
  return String(sequence).padStart(16, '0')
}

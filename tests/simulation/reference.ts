import { freePath } from '../../shared/model/conflict/numbered-path.ts'
import { sessionOf } from '../../shared/model/path.ts'
import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'
import type { ReserveRequest } from '../../shared/model/reservation.ts'
import type { RefusalCode } from '../../shared/model/settlement.ts'
import type { RescanOutcome, Settlement } from '../../shared/model/verdict.ts'
import type { Destination, FileChanges } from '../../shared/ports/catalog.ts'
import type { View } from './view.ts'
import {
  countersOf,
  find,
  fits,
  isTaken,
  ownerOf,
  put,
  recordLimits,
  recordRefusal,
  trimmed,
  without,
  type Reference,
} from './workspace.ts'

/** Result of one change: the workspace after it, and the expected answer. */
interface Change {
  after: Reference
  answer: unknown
}

export type Rule = (workspace: Reference, now: string) => Change

/** Claims a path and reserves the quota for its growth, before any byte arrives. */
export function reserve(request: ReserveRequest): Rule {
  return (workspace, now) => {
    const { onConflict, mustBeAbsent, mustReplace, maxBytes } = request
    const path =
      onConflict === 'rename'
        ? freePath(request.path, (other) => isTaken(workspace, other))
        : request.path
    const owner = ownerOf(workspace, path)
    const taken = isTaken(workspace, path)
    if (mustBeAbsent && taken) return refused(workspace, 'precondition-failed')
    const matches = mustReplace === '*' || mustReplace?.includes(owner?.checksum ?? '')
    if (mustReplace && !(owner && matches)) return refused(workspace, 'precondition-failed')
    if (taken && onConflict !== 'replace') return refused(workspace, 'path-taken')
    const reservedBytes = Math.max(0, maxBytes - (owner?.sizeBytes ?? 0))
    if (!fits(workspace, reservedBytes)) return refused(workspace, 'quota-exceeded')
    const metadata = JSON.stringify(request.metadata)
    const refusal = recordRefusal(workspace, { records: 1, metadata })
    if (refusal) return refused(workspace, refusal)
    const { openUploads } = countersOf(workspace)
    if (openUploads >= recordLimits.maxOpenUploads) return refused(workspace, 'too-many-requests')
    const sequence = workspace.lastSequence + 1
    const file: View = {
      id: request.id,
      path,
      state: 'pending',
      sequence,
      sizeBytes: maxBytes,
      checksum: null,
      generation: null,
      metadata,
      createdAt: now,
      deletedAt: null,
      supersededBy: null,
      condemnedAt: null,
      rejectedAt: null,
      signaturesAt: '',
      reservation: {
        maxBytes,
        reservedBytes,
        expiresAt: request.expiresAt.toISOString(),
        replaces:
          mustReplace === undefined || mustReplace === '*'
            ? (mustReplace ?? null)
            : (owner?.id ?? null),
        expectedChecksum: request.expectedChecksum ?? null,
      },
    }
    const after = { ...workspace, lastSequence: sequence, files: [...workspace.files, file] }
    return { after, answer: file }
  }
}

/**
 * Records the verdict of the bytes. The file that was reserved last owns the path. A file that it displaces, or that is
 * settled after a newer one, goes to the trash.
 */
export function settle(id: FileId, found: Settlement): Rule {
  return (workspace, now) => {
    const pending = find(workspace, id)
    if (pending?.reservation == null) {
      return { after: workspace, answer: { file: pending, settled: false, purged: [] } }
    }
    const { expectedChecksum, maxBytes, replaces } = pending.reservation
    const others = without(workspace, id)
    const finish = (files: Reference, refusal?: RefusalCode): Change => {
      const { after, purged } = trimmed(files)
      return {
        after,
        answer: { file: find(after, id), settled: true, ...(refusal && { refusal }), purged },
      }
    }
    if (expectedChecksum !== null && expectedChecksum !== found.checksum)
      return finish(others, 'digest-mismatch')
    if (found.sizeBytes > maxBytes) return finish(others, 'too-large')

    const { verdict, signaturesAt = '' } = found.scan
    const { checksum, generation, sizeBytes } = found
    const state = verdict === 'clean' ? 'ready' : verdict
    const file: View = {
      ...pending,
      state,
      checksum,
      generation,
      sizeBytes,
      signaturesAt,
      reservation: null,
    }
    if (state !== 'ready') {
      return finish(put(workspace, { ...file, rejectedAt: found.scan.scannedAt }))
    }

    const owner = ownerOf(workspace, pending.path)
    if (replaces !== null && (replaces === '*' ? !owner : owner?.id !== replaces)) {
      const supersededBy = owner?.id ?? (replaces === '*' ? id : replaces)
      return finish(
        put(workspace, { ...file, deletedAt: now, supersededBy }),
        'precondition-failed',
      )
    }
    if (owner && owner.sequence > file.sequence) {
      return finish(put(workspace, { ...file, deletedAt: now, supersededBy: owner.id }))
    }
    if (!fits(others, sizeBytes - (owner?.sizeBytes ?? 0))) return finish(others, 'quota-exceeded')
    const displaced = owner && { ...owner, deletedAt: now, supersededBy: id }
    return finish(put(displaced ? put(workspace, displaced) : workspace, file))
  }
}

/** Applies a later scan of a ready file. The file becomes infected or stays ready. */
export function applyRescan(id: FileId, { generation, scan }: RescanOutcome): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    const { signaturesAt = '' } = scan
    const isInfected = scan.verdict === 'infected'
    if (file?.state !== 'ready' || file.generation !== generation) return unchanged(workspace)
    if (!isInfected && signaturesAt <= file.signaturesAt) return unchanged(workspace)
    const condemned =
      isInfected && ({ state: 'infected', condemnedAt: now, rejectedAt: now } as const)
    return changed(workspace, { ...file, signaturesAt, ...condemned })
  }
}

/** Changes path or metadata. A move requires a path without an owner and without a pending upload. */
export function update(id: FileId, { path, onConflict, metadata }: FileChanges): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file || file.deletedAt !== null) return unchanged(workspace)
    const text = metadata ? JSON.stringify(metadata) : file.metadata
    const refusal = recordRefusal(workspace, { records: 0, metadata: text, before: file.metadata })
    if (refusal) return refused(workspace, refusal)
    const isMove = path !== undefined && path !== file.path
    if (isMove && file.state === 'pending') return refused(workspace, 'not-scanned')
    const claim = isMove ? claimed(workspace, file, { path, onConflict, now }) : undefined
    if (claim?.isRefused) return refused(workspace, 'path-taken')
    const { after = workspace, path: to = file.path } = claim ?? {}
    return changed(after, { ...file, path: to, metadata: text })
  }
}

/** Moves a file to the trash, or cancels a pending upload. */
export function remove(id: FileId): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file) return unchanged(workspace)
    if (file.state === 'pending')
      return { after: without(workspace, id), answer: { file, purged: [] } }
    const isInTrash = file.deletedAt !== null && file.supersededBy === null
    if (isInTrash) return { after: workspace, answer: { file, purged: [] } }
    const removed = { ...file, deletedAt: now, supersededBy: null }
    const { after, purged } = trimmed(put(workspace, removed))
    return { after, answer: { file: removed, purged } }
  }
}

/** Moves a session's files to the trash, or purges all of them. A later call trims the trash. */
export function removeSession(sessionId: string, { purge }: { purge: boolean }): Rule {
  return (workspace, now) => {
    const inSession = workspace.files
      .filter(({ path }) => sessionOf(path) === sessionId)
      .sort((a, b) => a.sequence - b.sequence)
    const live = inSession.filter(({ deletedAt }) => deletedAt === null)
    const trash = inSession.filter(({ deletedAt }) => deletedAt !== null)
    const chosen = purge ? [...live, ...trash] : live
    const purged = chosen.filter(({ state }) => purge || state === 'pending')
    let after = workspace
    for (const file of chosen) {
      after = purged.includes(file)
        ? without(after, file.id)
        : put(after, { ...file, deletedAt: now, supersededBy: null })
    }
    return { after, answer: { removedCount: chosen.length, purged } }
  }
}

/** Takes a file out of the trash if path and quota allow it. */
export function restore(id: FileId, { path: to, onConflict }: Destination = {}): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file || file.deletedAt === null) return { after: workspace, answer: file }
    const claim = claimed(workspace, file, { path: to ?? file.path, onConflict, now })
    if (claim.isRefused) return refused(workspace, 'path-taken')
    const { after, path } = claim
    if (file.state === 'ready' && !fits(after, file.sizeBytes))
      return refused(workspace, 'quota-exceeded')
    const refusal = recordRefusal(after, { records: 1, metadata: file.metadata })
    if (refusal) return refused(workspace, refusal)
    return changed(after, { ...file, path, deletedAt: null, supersededBy: null })
  }
}

/** Swaps a file in the trash with the owner of its path. */
export function restoreVersion(id: FileId, path: WorkspacePath): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (file?.state !== 'ready' || file.path !== path) return unchanged(workspace)
    if (file.deletedAt === null) return { after: workspace, answer: { file, purged: [] } }
    const owner = ownerOf(workspace, path)
    const displaced = owner && { ...owner, deletedAt: now, supersededBy: id }
    const others = displaced ? put(workspace, displaced) : workspace
    if (!fits(others, file.sizeBytes)) return refused(workspace, 'quota-exceeded')
    const refusal = recordRefusal(others, { records: 1, metadata: file.metadata })
    if (refusal) return refused(workspace, refusal)
    const restored = { ...file, deletedAt: null, supersededBy: null }
    const { after, purged } = trimmed(put(others, restored))
    return { after, answer: { file: restored, purged } }
  }
}

/** The path that a file moves to, and the workspace in which the path is free for it. */
function claimed(
  workspace: Reference,
  file: View,
  { path, onConflict = 'fail', now }: Destination & { path: WorkspacePath; now: string },
): { isRefused?: true; after: Reference; path: WorkspacePath } {
  const isOthers = (other: WorkspacePath) =>
    isTaken(workspace, other) && (file.deletedAt !== null || other !== file.path)
  if (file.state !== 'ready') return { after: workspace, path }
  if (onConflict === 'rename') return { after: workspace, path: freePath(path, isOthers) }
  if (onConflict === 'fail')
    return { after: workspace, path, ...(isOthers(path) && { isRefused: true }) }
  const owner = ownerOf(workspace, path)
  const displaced = owner && { ...owner, deletedAt: now, supersededBy: file.id }
  return { after: displaced ? put(workspace, displaced) : workspace, path }
}

/** Deletes the record of a file. With `deletedBefore`, only if the file was deleted before that time. */
export function purge(id: FileId, deletedBefore?: Date): Rule {
  return (workspace) => {
    const file = find(workspace, id)
    const isOld =
      !deletedBefore || (file?.deletedAt != null && file.deletedAt < deletedBefore.toISOString())
    return file && isOld ? { after: without(workspace, id), answer: file } : unchanged(workspace)
  }
}

/** Deletes the record of a pending upload that is expired or abandoned. */
export function expire(id: FileId, abandonedBefore = new Date(0)): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file?.reservation) return unchanged(workspace)
    const isExpired =
      file.reservation.expiresAt < now || file.createdAt < abandonedBefore.toISOString()
    return isExpired ? { after: without(workspace, id), answer: file } : unchanged(workspace)
  }
}

/** Purges the oldest trash until it fits the quota. */
export function trimTrash(): Rule {
  return (workspace) => {
    const { after, purged } = trimmed(workspace)
    return { after, answer: purged }
  }
}

/** Sets the quota. Usage above the new quota stays, but cannot grow. */
export function setQuota(quotaBytes: number): Rule {
  return (workspace) => ({ after: { ...workspace, quotaBytes }, answer: undefined })
}

/** Only the service removes blobs in a simulation, so no blob is ever missing. */
export function markMissing(): Rule {
  return unchanged
}

/** The counters are always right, so a recount repairs nothing. */
export function recount(): Rule {
  return (workspace) => {
    const counters = countersOf(workspace)
    return { after: workspace, answer: { kept: counters, counted: counters } }
  }
}

function changed(workspace: Reference, file: View): Change {
  return { after: put(workspace, file), answer: file }
}

function unchanged(workspace: Reference): Change {
  return { after: workspace, answer: undefined }
}

function refused(workspace: Reference, code: string): Change {
  return { after: workspace, answer: { refused: code } }
}

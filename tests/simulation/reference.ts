import { sessionOf } from '../../shared/model/path.ts'
import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'
import type { ReserveRequest } from '../../shared/model/reservation.ts'
import type { RefusalCode } from '../../shared/model/settlement.ts'
import type { RescanOutcome, Settlement } from '../../shared/model/verdict.ts'
import type { FileChanges } from '../../shared/ports/catalog.ts'
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

/** What one change comes to: the workspace after it, and what it is answered with. */
interface Change {
  after: Reference
  answer: unknown
}

export type Rule = (workspace: Reference, now: string) => Change

/** A path is claimed and its growth is held, before any byte is there. */
export function reserve(request: ReserveRequest): Rule {
  return (workspace, now) => {
    const { path, overwrite, mustBeAbsent, mustReplace, maxBytes } = request
    const owner = ownerOf(workspace, path)
    const taken = isTaken(workspace, path)
    if (mustBeAbsent && taken) return refused(workspace, 'precondition-failed')
    const isMeant = mustReplace === '*' || mustReplace?.includes(owner?.checksum ?? '')
    if (mustReplace && !(owner && isMeant)) return refused(workspace, 'precondition-failed')
    if (taken && !overwrite) return refused(workspace, 'path-taken')
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

/** The bytes have their verdict. The file reserved last owns the path in the end; what it replaces, or what comes too late, goes to the trash. */
export function settle(id: FileId, found: Settlement): Rule {
  return (workspace, now) => {
    const pending = find(workspace, id)
    if (pending?.reservation == null) {
      return { after: workspace, answer: { file: pending, settled: false, purged: [] } }
    }
    const { expectedChecksum, maxBytes, replaces } = pending.reservation
    const others = without(workspace, id)
    const end = (files: Reference, refusal?: RefusalCode): Change => {
      const { after, purged } = trimmed(files)
      return {
        after,
        answer: { file: find(after, id), settled: true, ...(refusal && { refusal }), purged },
      }
    }
    if (expectedChecksum !== null && expectedChecksum !== found.checksum)
      return end(others, 'digest-mismatch')
    if (found.sizeBytes > maxBytes) return end(others, 'too-large')

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
      return end(put(workspace, { ...file, rejectedAt: found.scan.scannedAt }))
    }

    const owner = ownerOf(workspace, pending.path)
    if (replaces !== null && (replaces === '*' ? !owner : owner?.id !== replaces)) {
      const supersededBy = owner?.id ?? (replaces === '*' ? id : replaces)
      return end(put(workspace, { ...file, deletedAt: now, supersededBy }), 'precondition-failed')
    }
    if (owner && owner.sequence > file.sequence) {
      return end(put(workspace, { ...file, deletedAt: now, supersededBy: owner.id }))
    }
    if (!fits(others, sizeBytes - (owner?.sizeBytes ?? 0))) return end(others, 'quota-exceeded')
    const displaced = owner && { ...owner, deletedAt: now, supersededBy: id }
    return end(put(displaced ? put(workspace, displaced) : workspace, file))
  }
}

/** A later scan of a ready file: infected ends it at once, anything else leaves it ready. */
export function applyRescan(id: FileId, { generation, scan }: RescanOutcome): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    const { signaturesAt = '' } = scan
    const isInfected = scan.verdict === 'infected'
    if (file?.state !== 'ready' || file.generation !== generation) return nothing(workspace)
    if (!isInfected && signaturesAt <= file.signaturesAt) return nothing(workspace)
    const condemned =
      isInfected && ({ state: 'infected', condemnedAt: now, rejectedAt: now } as const)
    return changed(workspace, { ...file, signaturesAt, ...condemned })
  }
}

/** A move takes a path that is free, and never that of an upload on its way. */
export function update(id: FileId, { path, metadata }: FileChanges): Rule {
  return (workspace) => {
    const file = find(workspace, id)
    if (!file || file.deletedAt !== null) return nothing(workspace)
    const text = metadata ? JSON.stringify(metadata) : file.metadata
    const refusal = recordRefusal(workspace, { records: 0, metadata: text, before: file.metadata })
    if (refusal) return refused(workspace, refusal)
    const isMove = path !== undefined && path !== file.path
    if (isMove && file.state === 'pending') return refused(workspace, 'not-scanned')
    if (isMove && file.state === 'ready' && isTaken(workspace, path))
      return refused(workspace, 'path-taken')
    return changed(workspace, { ...file, path: path ?? file.path, metadata: text })
  }
}

/** To the trash; an upload that is on its way is cancelled. */
export function remove(id: FileId): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file) return nothing(workspace)
    if (file.state === 'pending')
      return { after: without(workspace, id), answer: { file, purged: [] } }
    const isInTrash = file.deletedAt !== null && file.supersededBy === null
    if (isInTrash) return { after: workspace, answer: { file, purged: [] } }
    const removed = { ...file, deletedAt: now, supersededBy: null }
    const { after, purged } = trimmed(put(workspace, removed))
    return { after, answer: { file: removed, purged } }
  }
}

/** A session's files to the trash, or all of them for good. The trash is trimmed by the steps that follow. */
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

/** Out of the trash, where path and quota allow it. */
export function restore(id: FileId, to?: WorkspacePath): Rule {
  return (workspace) => {
    const file = find(workspace, id)
    if (!file || file.deletedAt === null) return { after: workspace, answer: file }
    const path = to ?? file.path
    const isReady = file.state === 'ready'
    if (isReady && isTaken(workspace, path)) return refused(workspace, 'path-taken')
    if (isReady && !fits(workspace, file.sizeBytes)) return refused(workspace, 'quota-exceeded')
    const refusal = recordRefusal(workspace, { records: 1, metadata: file.metadata })
    if (refusal) return refused(workspace, refusal)
    return changed(workspace, { ...file, path, deletedAt: null, supersededBy: null })
  }
}

/** For good. */
export function purge(id: FileId, deletedBefore?: Date): Rule {
  return (workspace) => {
    const file = find(workspace, id)
    const isOld =
      !deletedBefore || (file?.deletedAt != null && file.deletedAt < deletedBefore.toISOString())
    return file && isOld ? { after: without(workspace, id), answer: file } : nothing(workspace)
  }
}

/** An upload whose time has passed is given up. */
export function expire(id: FileId, abandonedBefore = new Date(0)): Rule {
  return (workspace, now) => {
    const file = find(workspace, id)
    if (!file?.reservation) return nothing(workspace)
    const isOver =
      file.reservation.expiresAt < now || file.createdAt < abandonedBefore.toISOString()
    return isOver ? { after: without(workspace, id), answer: file } : nothing(workspace)
  }
}

/** The trash is cut to one quota's worth. */
export function trimTrash(): Rule {
  return (workspace) => {
    const { after, purged } = trimmed(workspace)
    return { after, answer: purged }
  }
}

/** Another quota; what is over it stays, and does not grow. */
export function setQuota(quotaBytes: number): Rule {
  return (workspace) => ({ after: { ...workspace, quotaBytes }, answer: undefined })
}

/** Nothing takes bytes away other than through the service here, so a store that misses some is wrong. */
export function markMissing(): Rule {
  return nothing
}

/** The counters are right at every moment, so there is nothing to repair. */
export function recount(): Rule {
  return (workspace) => {
    const counters = countersOf(workspace)
    return { after: workspace, answer: { kept: counters, counted: counters } }
  }
}

function changed(workspace: Reference, file: View): Change {
  return { after: put(workspace, file), answer: file }
}

function nothing(workspace: Reference): Change {
  return { after: workspace, answer: undefined }
}

function refused(workspace: Reference, code: string): Change {
  return { after: workspace, answer: { refused: code } }
}

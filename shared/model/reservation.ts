import { pathTaken, type OnConflict } from './conflict/on-conflict.ts'
import type { IfMatch } from './precondition.ts'
import { WorkspaceError } from './errors.ts'
import type { FileRecord, Metadata, Origin, PendingFile, ReadyFile } from './file.ts'
import { nameOf, sessionOf } from './path.ts'
import type { FileId, WorkspacePath } from './ids.ts'
import { assertOpenUpload, assertRoomForRecord } from './record-limits.ts'
import type { Usage } from './usage.ts'

/** The target of an upload and its preconditions. */
export interface UploadTarget {
  path: WorkspacePath
  mimeType: string
  metadata: Metadata
  origin: Origin
  onConflict: OnConflict
  /** When the uploader last changed the bytes: ISO 8601 with milliseconds, in UTC. */
  modifiedAt?: string
  /** `If-None-Match: *`. */
  mustBeAbsent?: boolean
  /** `If-Match`. */
  mustReplace?: IfMatch
}

export interface ReserveRequest extends UploadTarget {
  id: FileId
  workspaceId: string
  maxBytes: number
  storagePath: string
  expiresAt: Date
  expectedChecksum?: string
  uploadId?: string
}

/** The state that a catalog reads in the transaction of `reserve`. */
interface ReserveFacts {
  owner: ReadyFile | undefined
  isTaken: boolean
  usage: Usage
  sequence: number
  now: Date
}

/** The rule of `Catalog.reserve`: returns the record to write, or throws. */
export function reservation(request: ReserveRequest, facts: ReserveFacts): PendingFile {
  const { owner, usage, now } = facts
  checkPath(request, facts)
  const reservedBytes = Math.max(0, request.maxBytes - (owner?.sizeBytes ?? 0))
  assertFits(usage, reservedBytes)
  assertRoomForRecord(usage, request.metadata)
  assertOpenUpload(usage)
  const { id, workspaceId, path, mimeType, maxBytes, storagePath, metadata, origin } = request
  const { onConflict, expectedChecksum, modifiedAt, mustReplace, uploadId } = request
  const replaces = mustReplace === undefined || mustReplace === '*' ? mustReplace : owner?.id
  return {
    id,
    workspaceId,
    name: nameOf(path),
    path,
    sessionId: sessionOf(path),
    state: 'pending',
    mimeType,
    sizeBytes: maxBytes,
    checksum: null,
    storagePath,
    generation: null,
    scan: null,
    metadata,
    origin,
    createdAt: now.toISOString(),
    ...(modifiedAt !== undefined && { modifiedAt }),
    updatedAt: now.toISOString(),
    isDeleted: false,
    deletedAt: null,
    supersededBy: null,
    sequence: facts.sequence,
    reservation: {
      expiresAt: request.expiresAt.toISOString(),
      maxBytes,
      overwrite: onConflict === 'replace',
      reservedBytes,
      ...(expectedChecksum !== undefined && { expectedChecksum }),
      ...(replaces !== undefined && { replaces }),
      ...(uploadId !== undefined && { uploadId }),
    },
  }
}

/** Throws `quota-exceeded` if live plus reserved bytes would exceed the quota. A request that needs no additional bytes never fails. */
export function assertFits(usage: Usage, growth: number): void {
  if (fits(usage, growth)) return
  const free = Math.max(0, usage.quotaBytes - usage.liveBytes - usage.reservedBytes)
  throw new WorkspaceError(
    'quota-exceeded',
    `${growth} more bytes do not fit: ${free} of the workspace's ${usage.quotaBytes} bytes are free. Delete files you do not need and try again.`,
  )
}

export function fits(usage: Usage, growth: number): boolean {
  return growth <= 0 || usage.liveBytes + usage.reservedBytes + growth <= usage.quotaBytes
}

/** The rule of `Catalog.expire`. */
export function isExpired(file: PendingFile, now: Date, abandonedBefore = new Date(0)): boolean {
  const hasExpired = Date.parse(file.reservation.expiresAt) < now.getTime()
  return hasExpired || Date.parse(file.createdAt) < abandonedBefore.getTime()
}

/** Throws `not-scanned` for a pending file, which does not own its path yet. */
export function assertMovable(file: FileRecord): void {
  if (file.state !== 'pending') return
  const detail = 'A file cannot move before it is scanned. Try again when it is ready.'
  throw new WorkspaceError('not-scanned', detail, { file })
}

function checkPath(request: ReserveRequest, { owner, isTaken }: ReserveFacts): void {
  const { path, mustReplace } = request
  if (request.mustBeAbsent && isTaken) {
    throw new WorkspaceError(
      'precondition-failed',
      `There is already a file at "${path}", or an upload to it. Omit "If-None-Match" to replace it.`,
    )
  }
  if (mustReplace !== undefined && !isReplaced(owner, mustReplace)) {
    throw new WorkspaceError(
      'precondition-failed',
      `The file at "${path}" is not the one that "If-Match" names. Its ETag is its checksum in double quotes; read it again and decide.`,
    )
  }
  if (isTaken && request.onConflict !== 'replace') throw pathTaken(path)
}

function isReplaced(owner: ReadyFile | undefined, checksums: IfMatch): boolean {
  return owner !== undefined && (checksums === '*' || checksums.includes(owner.checksum))
}

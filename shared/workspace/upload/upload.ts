import type { Readable } from 'node:stream'
import { assertWritable, type Caller } from '../../model/access.ts'
import { deleteBytes } from '../delete-bytes.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { FileRecord, PendingFile } from '../../model/file.ts'
import type { UploadTarget } from '../../model/upload-target.ts'
import { reserveFirstFree } from './first-free.ts'
import { nameOf } from '../../model/path.ts'
import type { FileId, WorkspacePath } from '../../model/ids.ts'
import type { RefusalCode } from '../../model/settlement.ts'
import type { UploadSession } from '../../ports/blob-store.ts'
import type { Limits, Ports } from '../../ports/ports.ts'
import { waitWithOthers } from './waiting.ts'

export interface Upload {
  /** The name that the storage place is called after; the file's own name comes from the target's path. */
  name: string
  mimeType: string
  body: Readable
  /** Resolves once the whole request is understood; the bytes may already be flowing. */
  target: UploadTarget | Promise<UploadTarget>
  /** Where it is known at the start, exactly or at most: then path and quota are reserved before the first byte. */
  sizeBytes?: number
  /** Where to put it in turn while a path is taken; without it that is refused. */
  otherPaths?: Iterable<WorkspacePath>
  /** Hears of the record as soon as it is there. */
  onReserved?: (file: PendingFile) => void
  /** When the reservation ends; by default as late as that of any upload. */
  expiresAt?: Date
  signal?: AbortSignal
}

type UploadPorts = Pick<Ports, 'catalog' | 'blobs' | 'now' | 'newId' | 'limits'>

/**
 * Stores the bytes of one file and leaves it pending, its finalize event on the way. A size that is not known at the
 * start is reserved once it is known exactly, before any byte is visible: see docs/decisions/reservation-time.md.
 * Whatever fails, nothing is kept.
 */
export async function upload(
  ports: UploadPorts,
  caller: Caller,
  { name, mimeType, body, target, sizeBytes, signal, ...reserving }: Upload,
): Promise<PendingFile> {
  const { blobs, limits } = ports
  const id = ports.newId()
  const storagePath = blobs.locate(caller.workspaceId, id, name)
  // A body may fail before the store has begun to read it; reading it throws what it was.
  body.on('error', () => undefined)
  let file: PendingFile | undefined
  const reserve = async (maxBytes: number) => {
    const { path, ...rest } = await target
    const { otherPaths = [], expiresAt } = reserving
    const request = { id, storagePath, maxBytes, ...(expiresAt && { expiresAt }) }
    file = await reserveFirstFree(path, otherPaths, (path) =>
      reserveFile(ports, caller, { ...request, target: { ...rest, path } }),
    )
    reserving.onReserved?.(file)
    return file
  }
  try {
    if (sizeBytes !== undefined) await reserve(sizeBytes)
    await blobs.write(storagePath, body, {
      contentType: mimeType,
      maxBytes: sizeBytes ?? limits.maxFileBytes,
      ...(signal && { signal }),
      beforeCommit: async (written) => {
        if (!file) await reserve(written.sizeBytes)
      },
    })
    return file ?? raise()
  } catch (error) {
    body.destroy()
    if (file) await releaseReservation(ports, file)
    throw error
  }
}

/**
 * Gives a reservation back after a failure; resolves to the record that was. Where the store has committed all the same,
 * and only its answer was lost, the file may be settled by now and the owner of its path: such a one stays.
 */
export async function releaseReservation(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId, id, createdAt }: PendingFile,
): Promise<PendingFile | undefined> {
  const abandonedBefore = new Date(Date.parse(createdAt) + 1)
  // Should this fail too, the reservation is the sweep's to expire: the first error is the one to tell.
  return catalog.expire(workspaceId, id, abandonedBefore).catch(() => undefined)
}

export interface UploadTicket {
  file: PendingFile
  session: UploadSession
}

/** Reserves a file whose bytes will go straight to storage, and opens the resumable session for exactly `sizeBytes`. */
export async function openUpload(
  ports: UploadPorts,
  caller: Caller,
  request: {
    target: UploadTarget
    sizeBytes: number
    expectedChecksum?: string
    browserOrigin?: string
  },
): Promise<UploadTicket> {
  const { target, sizeBytes, expectedChecksum, browserOrigin } = request
  assertFits(ports.limits, sizeBytes)
  assertWritable(caller, target.path)
  const id = ports.newId()
  const storagePath = ports.blobs.locate(caller.workspaceId, id, nameOf(target.path))
  const expiresAt = expiry(ports)
  // The session first: its id then stands in the record from the start, so that a cancelled file can end it.
  const session = await ports.blobs.openUpload(storagePath, {
    sizeBytes,
    contentType: target.mimeType,
    expiresAt,
    ...(browserOrigin !== undefined && { origin: browserOrigin }),
  })
  try {
    const file = await reserveFile(ports, caller, {
      id,
      storagePath,
      maxBytes: sizeBytes,
      target,
      expiresAt,
      uploadId: session.uploadId,
      ...(expectedChecksum !== undefined && { expectedChecksum }),
    })
    return { file, session }
  } catch (error) {
    // A session that stays ends by itself: the first error is the one to tell.
    await ports.blobs.cancelUpload(session.uploadId).catch(() => undefined)
    throw error
  }
}

/**
 * Waits for the verdict on an upload, at most so many seconds; resolves to the record as it then is. Throws what the
 * upload was refused for where settle did not leave it in place (`precondition-failed` carries the file).
 */
export async function awaitVerdict(
  { catalog }: Pick<Ports, 'catalog'>,
  { workspaceId, id }: Pick<FileRecord, 'workspaceId' | 'id'>,
  { seconds, signal }: { seconds: number; signal?: AbortSignal },
): Promise<FileRecord> {
  const deadline = AbortSignal.timeout(Math.ceil(seconds * 1000))
  if (seconds > 0) {
    const ends = signal ? AbortSignal.any([signal, deadline]) : deadline
    await waitWithOthers(catalog, { workspaceId, id }, ends).catch((error: unknown) => {
      if (!deadline.aborted) throw error
    })
  }
  const file = await catalog.get(workspaceId, id)
  if (file && (file.state !== 'ready' || file.supersededBy === null)) return file
  const refusal = await catalog.refusal(workspaceId, id)
  if (file && refusal === undefined) return file
  throw refused(refusal ?? 'gone', file)
}

/**
 * As `awaitVerdict`, for the bytes that have just been stored: where their record is gone, cancelled while they came,
 * they go too, since nothing counts them any more.
 */
export async function awaitOwnVerdict(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  file: FileRecord,
  wait: { seconds: number; signal?: AbortSignal },
): Promise<FileRecord> {
  try {
    return await awaitVerdict(ports, file, wait)
  } catch (error) {
    if (isRemoved(error)) await deleteBytes(ports, [file])
    throw error
  }
}

/** Only a refusal says that the record is gone; a catalog that does not answer says nothing about it. */
function isRemoved(error: unknown): boolean {
  if (!(error instanceof WorkspaceError)) return false
  return error.file === undefined && error.code in refusalDetails
}

const refusalDetails: Record<RefusalCode, string> = {
  'digest-mismatch':
    'The bytes that arrived do not have the digest that was announced. Send them again.',
  'too-large':
    'More bytes arrived than were announced. Announce the exact size and send them again.',
  'quota-exceeded':
    'The file that this one was to replace has changed, and the new one no longer fits your quota. Delete files, then upload again.',
  'precondition-failed':
    'The file at this path changed while yours was on its way. Yours is kept under its id, in the trash; read the path again and decide.',
  gone: 'This upload was cancelled or its time ran out. Upload the file again.',
}

/** The refusal of an upload that settle turned down. */
export function refused(code: RefusalCode, file?: FileRecord): WorkspaceError {
  return new WorkspaceError(code, refusalDetails[code], file && { file })
}

interface ReserveFile {
  id: FileId
  storagePath: string
  maxBytes: number
  target: UploadTarget
  expiresAt?: Date
  uploadId?: string
  expectedChecksum?: string
}

/** Reserves path and quota for a new file of the caller's. */
export async function reserveFile(
  ports: Pick<Ports, 'catalog' | 'now' | 'limits'>,
  caller: Caller,
  { target, expiresAt = expiry(ports), ...file }: ReserveFile,
): Promise<PendingFile> {
  assertFits(ports.limits, file.maxBytes)
  assertWritable(caller, target.path)
  return ports.catalog.reserve({
    ...file,
    ...target,
    workspaceId: caller.workspaceId,
    expiresAt,
  })
}

function assertFits(limits: Limits, sizeBytes: number): void {
  if (sizeBytes <= limits.maxFileBytes) return
  throw new WorkspaceError(
    'too-large',
    `A file may have at most ${limits.maxFileBytes} bytes here; this one has ${sizeBytes}. Split it; where only the request is too large, POST /api/workspace/uploads takes the same bytes in chunks.`,
    { errors: invalid('sizeBytes', `must be at most ${limits.maxFileBytes}`).errors ?? [] },
  )
}

function expiry({ now, limits }: Pick<Ports, 'now' | 'limits'>): Date {
  return new Date(now().getTime() + limits.uploadExpirySeconds * 1000)
}

function raise(): never {
  throw new Error('The blob store committed a write without asking beforeCommit')
}

import { createHash } from 'node:crypto'
import { assertWritable, type Caller } from '../../model/access.ts'
import { invalid } from '../../model/errors.ts'
import type { PendingFile } from '../../model/file.ts'
import type { FileId } from '../../model/ids.ts'
import { nameOf } from '../../model/path.ts'
import type { UploadTarget } from '../../model/reservation.ts'
import type { UploadSession } from '../../ports/blob-store.ts'
import { assertFits, reserveFile, uploadExpiry } from './reserve.ts'
import type { UploadPorts } from './upload.ts'

export interface UploadTicket {
  file: PendingFile
  session: UploadSession
}

interface UploadRequest {
  target: UploadTarget
  sizeBytes: number
  expectedChecksum?: string
  browserOrigin?: string
  /** Names this upload among those of the user. A request with the key of an open upload resolves to that upload. */
  key?: string
}

/** Reserves a file whose client sends its bytes directly to the store, and opens a resumable session for exactly `sizeBytes`. */
export async function openUpload(
  ports: UploadPorts,
  caller: Caller,
  request: UploadRequest,
): Promise<UploadTicket> {
  assertFits(ports.limits, request.sizeBytes)
  assertWritable(caller, request.target.path)
  const { key } = request
  if (key === undefined) return openNew(ports, caller, request, ports.newId())
  const id = idOfKey(caller.workspaceId, key)
  const opened = await findOpened(ports, caller, request, id)
  if (opened) return opened
  try {
    return await openNew(ports, caller, request, id)
  } catch (error) {
    // The same request may have been handled at the same time.
    const other = await findOpened(ports, caller, request, id)
    if (other) return other
    throw error
  }
}

async function openNew(
  ports: UploadPorts,
  caller: Caller,
  { target, sizeBytes, expectedChecksum, browserOrigin }: UploadRequest,
  id: FileId,
): Promise<UploadTicket> {
  const storagePath = ports.blobs.locate(caller.workspaceId, id, nameOf(target.path))
  const expiresAt = uploadExpiry(ports)
  // Opens the session first, so that the record has its id from the start and cancelling the file can end it.
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
    // A session that cannot be cancelled expires. Reports the first error, not this one.
    await ports.blobs.cancelUpload(session.uploadId).catch(() => undefined)
    throw error
  }
}

/** The upload that an earlier request with this key opened. Throws `invalid-request` if the key named another upload. */
async function findOpened(
  { catalog, blobs }: UploadPorts,
  { workspaceId }: Caller,
  { target, sizeBytes }: UploadRequest,
  id: FileId,
): Promise<UploadTicket | undefined> {
  const file = await catalog.get(workspaceId, id)
  if (file === undefined) return undefined
  const isSame = file.path === target.path || target.onConflict === 'rename'
  const uploadId = file.state === 'pending' ? file.reservation.uploadId : undefined
  if (
    file.state !== 'pending' ||
    uploadId === undefined ||
    !isSame ||
    file.sizeBytes !== sizeBytes
  ) {
    throw invalid('Idempotency-Key', 'names another upload, or one that has ended; send a new key')
  }
  return { file, session: await blobs.uploadSession(uploadId) }
}

/** The same key of two users yields two ids. The id has the form of a UUID of version 4. */
function idOfKey(workspaceId: string, key: string): FileId {
  const hex = createHash('sha256')
    .update(JSON.stringify([workspaceId, key]))
    .digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-') as FileId
}

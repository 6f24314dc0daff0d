import { assertWritable, type Caller } from '../../model/access.ts'
import type { PendingFile } from '../../model/file.ts'
import { nameOf } from '../../model/path.ts'
import type { UploadTarget } from '../../model/reservation.ts'
import type { UploadSession } from '../../ports/blob-store.ts'
import { assertFits, reserveFile, uploadExpiry } from './reserve.ts'
import type { UploadPorts } from './upload.ts'

export interface UploadTicket {
  file: PendingFile
  session: UploadSession
}

/** Reserves a file whose client sends its bytes directly to the store, and opens a resumable session for exactly `sizeBytes`. */
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

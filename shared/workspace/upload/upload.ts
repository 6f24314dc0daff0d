import type { Readable } from 'node:stream'
import type { Caller } from '../../model/access.ts'
import type { PendingFile } from '../../model/file.ts'
import type { UploadTarget } from '../../model/reservation.ts'
import type { Ports } from '../../ports/ports.ts'
import { releaseReservation, reserveFile } from './reserve.ts'

export interface Upload {
  /** The last segment of the storage path. The file's own name comes from the target's path. */
  name: string
  mimeType: string
  body: Readable
  /** Resolves when the whole request is parsed; the bytes may arrive before. */
  target: UploadTarget | Promise<UploadTarget>
  /** The exact or greatest size, if known: path and quota are then reserved before the first byte. */
  sizeBytes?: number
  /** Called when the record exists. */
  onReserved?: (file: PendingFile) => void
  /** When the reservation ends. Defaults to `uploadExpirySeconds` from now. */
  expiresAt?: Date
  signal?: AbortSignal
}

export type UploadPorts = Pick<Ports, 'catalog' | 'blobs' | 'now' | 'newId' | 'limits'>

/**
 * Stores the bytes of one file and leaves the file pending; the store's finalize event starts its scan. If the size is
 * unknown at the start, path and quota are reserved when all bytes have arrived, before any byte is visible: see
 * docs/decisions/reservation-time.md. Stores nothing on failure.
 */
export async function upload(
  ports: UploadPorts,
  caller: Caller,
  { name, mimeType, body, target, sizeBytes, signal, ...reserving }: Upload,
): Promise<PendingFile> {
  const { blobs, limits } = ports
  const id = ports.newId()
  const storagePath = blobs.locate(caller.workspaceId, id, name)
  // The body can fail before the store reads it. Reading it later throws the error.
  body.on('error', () => undefined)
  let file: PendingFile | undefined
  const reserve = async (maxBytes: number) => {
    const { expiresAt } = reserving
    file = await reserveFile(ports, caller, {
      id,
      storagePath,
      maxBytes,
      target: await target,
      ...(expiresAt && { expiresAt }),
    })
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

function raise(): never {
  throw new Error('The blob store committed a write without calling beforeCommit')
}

import type { FileRecord } from '../model/file.ts'
import type { Ports } from '../ports/ports.ts'

/**
 * Deletes the bytes of records that the catalog has deleted. Call it after the catalog: a crash in between then leaves a
 * blob without a record, which `sweep` removes, and never a record without its bytes.
 */
export async function deleteBytes(
  { blobs }: Pick<Ports, 'blobs'>,
  files: readonly (FileRecord | undefined)[],
): Promise<void> {
  for (const file of files) {
    if (!file) continue
    if (file.state === 'pending') {
      if (file.reservation.uploadId !== undefined)
        await blobs.cancelUpload(file.reservation.uploadId)
      const blob = await blobs.stat(file.storagePath)
      if (blob) await blobs.remove(blob)
    } else {
      await blobs.remove(file)
    }
  }
}

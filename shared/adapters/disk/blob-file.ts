import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { BlobFile } from '../../ports/blob-store.ts'
import { ifPresent } from '../files/durable.ts'

/** Opens a file for reads at any position; undefined if it is missing. */
export async function openBlobFile(path: string): Promise<BlobFile | undefined> {
  const file = await ifPresent(open(path, constants.O_RDONLY | constants.O_NOFOLLOW))
  if (!file) return undefined
  try {
    const { size } = await file.stat()
    return {
      sizeBytes: size,
      read: async (buffer, position) =>
        (await file.read(buffer, 0, buffer.length, position)).bytesRead,
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

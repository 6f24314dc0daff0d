import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { ByteRange } from '../../ports/blob-store.ts'
import { hasCode } from '../files/durable.ts'

/**
 * A short range of a file; undefined if the file is missing. Reads on this thread, as SQLite does: the thread pool takes ten times
 * as long for a file in the page cache, and one that is not there costs one access to the disk.
 */
export function readBytesOf(path: string, { start, end }: ByteRange): Buffer | undefined {
  const file = openIfPresent(path)
  if (file === undefined) return undefined
  try {
    const bytes = Buffer.allocUnsafe(end - start + 1)
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, bytes.length - filled, start + filled)
      if (count === 0) throw new Error(`${path} ends before byte ${end}`)
      filled += count
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

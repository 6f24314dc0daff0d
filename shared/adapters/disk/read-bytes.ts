import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { maxBytesAtOnce, type ByteRange } from '../../ports/blob-store.ts'
import { hasCode } from '../files/durable.ts'

/** The largest buffer of a read stream. A smaller body gets a buffer of exactly its size. */
const maxReadBufferBytes = 512 * 1024

/**
 * A stream of a file or of a range of it; undefined if the file is missing. At most `maxBytesAtOnce` bytes are read on this thread
 * before it returns. Ends early if the file does.
 */
export function readStreamOf(path: string, range?: ByteRange): Readable | undefined {
  const file = openIfPresent(path)
  if (file === undefined) return undefined
  let isStreamed = false
  try {
    const { start, end } = range ?? { start: 0, end: fstatSync(file).size - 1 }
    // The stream allocates a buffer for each read. Without `end` it needs one more read to find the end of the file.
    const highWaterMark = Math.max(1, Math.min(maxReadBufferBytes, end - start + 1))
    if (end - start < maxBytesAtOnce) return streamOf(readUpTo(file, { start, end }))
    isStreamed = true
    return createReadStream(path, { fd: file, highWaterMark, start, end })
  } finally {
    if (!isStreamed) closeSync(file)
  }
}

/**
 * A short range of a file; undefined if the file is missing. Reads on this thread, as SQLite does: the thread pool takes ten times
 * as long for a file in the page cache, and one that is not there costs one access to the disk.
 */
export function readBytesOf(path: string, { start, end }: ByteRange): Buffer | undefined {
  const file = openIfPresent(path)
  if (file === undefined) return undefined
  try {
    const bytes = readUpTo(file, { start, end })
    if (bytes.length <= end - start) throw new Error(`${path} ends before byte ${end}`)
    return bytes
  } finally {
    closeSync(file)
  }
}

/** The bytes of a range that the file has. */
function readUpTo(file: number, { start, end }: ByteRange): Buffer {
  const bytes = Buffer.allocUnsafeSlow(end - start + 1)
  let filled = 0
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, start + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

/** A stream of bytes in memory, as one chunk. */
export function streamOf(bytes: Buffer): Readable {
  return new Readable({
    highWaterMark: Math.max(1, bytes.length),
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  })
}

/** A range of bytes in memory, in the caller's memory. Throws if they end before the range. */
export function rangeOf(bytes: Buffer, { start, end }: ByteRange): Buffer {
  if (end >= bytes.length) throw new Error(`The blob ends before byte ${end}`)
  return bytes.subarray(start, end + 1)
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

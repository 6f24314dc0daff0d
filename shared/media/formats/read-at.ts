import type { Readable } from 'node:stream'
import { asBuffer } from './as-buffer.ts'

/** Reads `bytes` bytes at an offset of a file, or fewer at the end of the file. */
export type ReadAt = (offset: number, bytes: number) => Promise<Buffer>

const blockBytes = 64 * 1024
const cachedBlocks = 64

/** Opens an inclusive range of a file's bytes. Resolves to undefined if the bytes no longer exist. */
type OpenRange = (range: { start: number; end: number }) => Promise<Readable | undefined>

/** Thrown by a reader that has reached its limit of bytes or steps. */
export class ReadLimitError extends Error {}

/**
 * Creates a reader that reads a file in aligned blocks of 64 KiB and caches the latest 64 of them, so that many small reads of
 * neighbouring bytes cost one request to the store. It throws `ReadLimitError` before it reads more than `maxBytes`.
 */
export function boundedReader(read: ReadAt, maxBytes: number): ReadAt {
  const cache = new Map<number, Buffer>()
  let left = Math.ceil(maxBytes / blockBytes)

  async function block(index: number): Promise<Buffer> {
    const cached = cache.get(index)
    if (cached) return cached
    if (left === 0) throw new ReadLimitError(`more than ${maxBytes} bytes would have to be read`)
    left -= 1
    const bytes = await read(index * blockBytes, blockBytes)
    cache.set(index, bytes)
    const [oldest] = cache.keys()
    if (cache.size > cachedBlocks && oldest !== undefined) cache.delete(oldest)
    return bytes
  }

  return async (offset, bytes) => {
    const parts: Buffer[] = []
    for (let at = offset; at < offset + bytes;) {
      const index = Math.floor(at / blockBytes)
      const start = at - index * blockBytes
      const part = (await block(index)).subarray(start, start + offset + bytes - at)
      if (part.length === 0) break
      parts.push(part)
      at += part.length
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  }
}

/**
 * Creates a reader of a file whose first bytes are already in memory. It throws an `Error` if it cannot open the bytes, for
 * example after the file has been deleted.
 */
export function readerOf(
  open: OpenRange | undefined,
  { head, sizeBytes }: { head: Uint8Array; sizeBytes: number },
): ReadAt {
  const firstBytes = asBuffer(head)
  return async (offset, bytes) => {
    const end = Math.min(offset + bytes, sizeBytes)
    if (offset >= end) return Buffer.alloc(0)
    if (end <= firstBytes.length) return firstBytes.subarray(offset, end)
    const body = await open?.({ start: offset, end: end - 1 })
    if (!body) throw new Error('The scanned bytes cannot be opened again')
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

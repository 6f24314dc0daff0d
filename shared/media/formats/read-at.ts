/** Reads `bytes` bytes at an offset of a file; fewer only where the file ends. */
export type ReadAt = (offset: number, bytes: number) => Promise<Buffer>

const blockBytes = 64 * 1024
const cachedBlocks = 64

/** A reader of a file's structure has reached its limit of bytes or steps. */
export class ReadLimitError extends Error {}

/**
 * Reads a file in aligned blocks of 64 KiB and keeps the latest 64 of them, so that many small reads of neighbouring bytes
 * cost one request to the store. Throws `ReadLimitError` once more than `maxBytes` would be read.
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

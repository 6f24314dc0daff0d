import type { Readable } from 'node:stream'
import type { ReadAt } from './read-at.ts'

/** Opens an inclusive range of a file's bytes; undefined where they are gone. */
export type OpenRange = (range: { start: number; end: number }) => Promise<Readable | undefined>

/** Reads a file out of order; its beginning is there already. Throws once its bytes cannot be opened any more. */
export function readerOf(
  open: OpenRange | undefined,
  { head, sizeBytes }: { head: Uint8Array; sizeBytes: number },
): ReadAt {
  const begin = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  return async (offset, bytes) => {
    const end = Math.min(offset + bytes, sizeBytes)
    if (offset >= end) return Buffer.alloc(0)
    if (end <= begin.length) return begin.subarray(offset, end)
    const body = await open?.({ start: offset, end: end - 1 })
    // Deleted meanwhile: the event that asked for the scan finds that out.
    if (!body) throw new Error('The bytes that are scanned cannot be opened again')
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

import type { Readable } from 'node:stream'
import type { ReadAt } from '../../media/read-at.ts'
import type { ByteRange, ScanOptions } from '../../workspace/ports.ts'

/** Reads a file that is being scanned once more, out of order; its beginning is there already. */
export function readerOf(
  reopen: ScanOptions['reopen'],
  { head, sizeBytes }: { head: Buffer; sizeBytes: number },
): ReadAt {
  return async (offset, bytes) => {
    const end = Math.min(offset + bytes, sizeBytes)
    if (offset >= end) return Buffer.alloc(0)
    if (end <= head.length) return head.subarray(offset, end)
    const body = await reopened(reopen, { start: offset, end: end - 1 })
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

/** Throws where the bytes are gone: the event that asked for the scan then finds that out. */
export async function reopened(
  reopen: ScanOptions['reopen'],
  range?: ByteRange,
): Promise<Readable> {
  const body = await reopen?.(range)
  if (!body) throw new Error('The bytes that are scanned cannot be opened again')
  return body
}

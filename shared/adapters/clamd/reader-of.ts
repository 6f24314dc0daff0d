import type { ReadAt } from '../../media/read-at.ts'
import type { ScanOptions } from '../../workspace/ports.ts'

/** Reads a file that is being scanned once more, out of order; its beginning is there already. */
export function readerOf(
  reopen: ScanOptions['reopen'],
  { head, sizeBytes }: { head: Buffer; sizeBytes: number },
): ReadAt {
  return async (offset, bytes) => {
    const end = Math.min(offset + bytes, sizeBytes)
    if (offset >= end) return Buffer.alloc(0)
    if (end <= head.length) return head.subarray(offset, end)
    const body = await reopen?.({ start: offset, end: end - 1 })
    // Deleted meanwhile: the event that asked for the scan finds that out.
    if (!body) throw new Error('The bytes that are scanned cannot be opened again')
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

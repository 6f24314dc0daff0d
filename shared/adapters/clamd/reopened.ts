import type { Readable } from 'node:stream'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { ScanOptions } from '../../ports/scanner.ts'

/** Throws where the bytes are gone: the event that asked for the scan then finds that out. */
export async function reopened(
  reopen: ScanOptions['reopen'],
  range?: ByteRange,
): Promise<Readable> {
  const body = await reopen?.(range)
  if (!body) throw new Error('The bytes that are scanned cannot be opened again')
  return body
}

import type { Readable } from 'node:stream'
import type { Scan } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ScanOptions } from '../../ports/scanner.ts'

/** Scans a body. Returns the verdict with engine, signature version and time. Throws the errors of the scanner and the body. */
export async function scanBody(
  { scanner, now }: Pick<Ports, 'scanner' | 'now'>,
  body: Readable,
  options: ScanOptions,
): Promise<Scan> {
  // Records the version before the scan, because signatures can change during it. If the version is too old, the file is
  // rescanned once more.
  const before = await scanner.version().catch(() => undefined)
  const verdict = await scanner.scan(body, options)
  return { ...verdict, ...(before ?? (await scanner.version())), scannedAt: now().toISOString() }
}

import type { Readable } from 'node:stream'
import type { Scan } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ScanOptions } from '../../ports/scanner.ts'

/** The scanner's verdict on a body, with what it was reached by and when. Throws what the scanner and the body throw. */
export async function scanBody(
  { scanner, now }: Pick<Ports, 'scanner' | 'now'>,
  body: Readable,
  options: ScanOptions,
): Promise<Scan> {
  // Signatures may change during the scan. Those from before it are the safe ones to name: they are at worst named too
  // old, and the file is scanned once more.
  const before = await scanner.version().catch(() => undefined)
  const verdict = await scanner.scan(body, options)
  return { ...verdict, ...(before ?? (await scanner.version())), scannedAt: now().toISOString() }
}

import { Readable } from 'node:stream'
import type { Scanner, Verdict } from '../../shared/workspace/ports.ts'

/** Scans bytes that can be opened again, as stored files can. */
export function scanBytes(scanner: Scanner, bytes: Buffer): Promise<Verdict> {
  return scanner.scan(Readable.from([bytes]), {
    reopen: async ({ start = 0, end = bytes.length - 1 } = { start: 0, end: bytes.length - 1 }) =>
      Readable.from([bytes.subarray(start, end + 1)]),
  })
}

import { Readable } from 'node:stream'
import type { Verdict } from '../../../shared/model/verdict.ts'
import type { Scanner } from '../../../shared/ports/scanner.ts'

/** Scans bytes that can be reopened, like those of stored files. */
export function scanBytes(scanner: Scanner, bytes: Buffer): Promise<Verdict> {
  return scanner.scan(Readable.from([bytes]), {
    reopen: async ({ start = 0, end = bytes.length - 1 } = { start: 0, end: bytes.length - 1 }) =>
      Readable.from([bytes.subarray(start, end + 1)]),
  })
}

import type { Readable } from 'node:stream'
import type { Verdict } from '../../model/verdict.ts'
import type { Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { readBody } from './read-body.ts'

/** The scanner for `CLAMAV_SERVICE_ENABLED=false`. Every file is clean, and its `scan.engine` is `none`. */
export class NoScanner implements Scanner {
  async scan(body: Readable, { signal }: { signal?: AbortSignal } = {}): Promise<Verdict> {
    for await (const _chunk of readBody(body, signal));
    return { verdict: 'clean' }
  }

  async version(): Promise<ScannerVersion> {
    return { engine: 'none', signatureVersion: null }
  }
}

import type { Readable } from 'node:stream'
import { eicar } from '../../media/eicar.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { readBody } from './read-body.ts'

/**
 * The development scanner: it knows the EICAR test file only, anywhere in a file, not in archives. For machines without
 * ClamAV; no protection at all.
 */
export class EicarScanner implements Scanner {
  async scan(body: Readable, { signal }: { signal?: AbortSignal } = {}): Promise<Verdict> {
    let overlap: Uint8Array = Buffer.alloc(0)
    for await (const chunk of readBody(body, signal)) {
      const window = Buffer.concat([overlap, chunk])
      if (window.includes(eicar)) return { verdict: 'infected', threat: 'EICAR-Test-File' }
      overlap = window.subarray(1 - eicar.length)
    }
    return { verdict: 'clean' }
  }

  async version(): Promise<ScannerVersion> {
    return { engine: 'eicar-only', signatureVersion: null }
  }
}

import type { Readable } from 'node:stream'
import { eicar } from '../../media/eicar.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { readBody } from './read-body.ts'

/**
 * A scanner for development without ClamAV. Detects only the EICAR test file, anywhere in a file but not in archives. It gives no
 * protection.
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

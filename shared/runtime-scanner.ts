import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Scanner } from './workspace/ports.ts'

export interface OpenScanner extends AsyncDisposable {
  scanner: Scanner
  /** One sentence for whoever starts the service. */
  notice: string
}

const disposeNothing = { [Symbol.asyncDispose]: async () => undefined }

type Clamd = NonNullable<Config['clamd']>

/**
 * In the cloud the clamd at the configured address, whether it answers now or later. Over the local disk the best that
 * there is: the clamd that answers there; else one of our own, where the program and signatures are installed; else the
 * development scanner. Where scanning is switched off, none.
 */
export async function openScanner({ clamd, storage }: Config): Promise<OpenScanner> {
  if (!clamd) {
    const { NoScanner } = await import('./adapters/local/no-scanner.ts')
    const notice = 'Files are NOT scanned: CLAMAV_SERVICE_ENABLED=false.'
    return { scanner: new NoScanner(), notice, ...disposeNothing }
  }
  const configured = await configuredClamd(clamd)
  if (storage.kind === 'gcp') return configured
  const answers = await configured.scanner.version().catch(() => undefined)
  return answers ? configured : ownClamd(clamd, storage.directory)
}

async function configuredClamd({ address, concurrency }: Clamd): Promise<OpenScanner> {
  const { ClamdScanner } = await import('./adapters/clamd/clamd-scanner.ts')
  const scanner = new ClamdScanner(address, { concurrency })
  const where = 'path' in address ? address.path : `${address.host}:${address.port}`
  return { scanner, notice: `Files are scanned by ClamAV at ${where}.`, ...disposeNothing }
}

async function ownClamd({ concurrency }: Clamd, directory: string): Promise<OpenScanner> {
  const { findClamd } = await import('./adapters/clamd/clamd-program.ts')
  const installed = await findClamd()
  if (!installed.found) return developmentScanner(installed.reason)
  const { StartingClamd } = await import('./adapters/clamd/starting-clamd.ts')
  const scanner = StartingClamd.open(
    { ...installed, directory: join(directory, 'clamd') },
    concurrency,
  )
  const notice =
    'Files are scanned by a ClamAV of their own, and stay pending until it has loaded its signatures.'
  return { scanner, notice, [Symbol.asyncDispose]: () => scanner[Symbol.asyncDispose]() }
}

async function developmentScanner(reason: 'not-installed' | 'no-signatures'): Promise<OpenScanner> {
  const { EicarScanner } = await import('./adapters/local/eicar-scanner.ts')
  const why =
    reason === 'not-installed'
      ? 'ClamAV is not installed'
      : 'ClamAV has no signatures (run freshclam)'
  return {
    scanner: new EicarScanner(),
    notice: `Files are checked for the EICAR test file ONLY, which protects nobody: ${why}.`,
    ...disposeNothing,
  }
}

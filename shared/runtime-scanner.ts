import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Scanner } from './workspace/ports.ts'

export interface OpenScanner extends AsyncDisposable {
  scanner: Scanner
  /** One sentence for whoever starts the service. */
  notice: string
}

const disposeNothing = { [Symbol.asyncDispose]: async () => undefined }

/**
 * The best scanner that there is: the clamd that answers at the configured address; else one of our own, where the
 * program and signatures are installed; else the development scanner. Undefined means scanning is switched off.
 */
export async function openScanner(clamd: Config['clamd'], directory: string): Promise<OpenScanner> {
  if (!clamd) {
    const { NoScanner } = await import('./adapters/local/no-scanner.ts')
    const notice = 'Files are NOT scanned: CLAMAV_SERVICE_ENABLED=false.'
    return { scanner: new NoScanner(), notice, ...disposeNothing }
  }
  return (await configuredClamd(clamd)) ?? (await ownClamd(clamd, directory))
}

async function configuredClamd({
  address,
  concurrency,
}: NonNullable<Config['clamd']>): Promise<OpenScanner | undefined> {
  const { ClamdScanner } = await import('./adapters/clamd/clamd-scanner.ts')
  const scanner = new ClamdScanner(address, { concurrency })
  const version = await scanner.version().catch(() => undefined)
  if (!version) return undefined
  const where = 'path' in address ? address.path : `${address.host}:${address.port}`
  return {
    scanner,
    notice: `Files are scanned by ${version.engine} at ${where}.`,
    ...disposeNothing,
  }
}

async function ownClamd(
  { concurrency }: NonNullable<Config['clamd']>,
  directory: string,
): Promise<OpenScanner> {
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

import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { LogEntry } from '../observability/log.ts'
import { lazyPort } from './lazy-port.ts'
import type { Scanner } from '../ports/scanner.ts'

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
 * development scanner. Under the Firebase emulators the clamd at the configured address, or the development scanner.
 * Where scanning is switched off, none.
 */
export async function openScanner(
  { clamd, storage, emulated }: Config,
  log: (entry: LogEntry) => void,
): Promise<OpenScanner> {
  if (!clamd) {
    const { NoScanner } = await import('../adapters/scanners/no-scanner.ts')
    const notice = 'Files are NOT scanned: CLAMAV_SERVICE_ENABLED=false.'
    return { scanner: new NoScanner(), notice, ...disposeNothing }
  }
  const configured = configuredClamd(clamd)
  if (storage.kind === 'gcp' && !emulated) return configured
  const answers = await configured.scanner.version().catch(() => undefined)
  if (answers) return configured
  return storage.kind === 'gcp'
    ? developmentScanner('not-running')
    : ownClamd(clamd, storage.directory, log)
}

function configuredClamd({ address, concurrency }: Clamd): OpenScanner {
  const scanner = lazyPort<Scanner>(async () => {
    const { ClamdScanner } = await import('../adapters/clamd/clamd-scanner.ts')
    return new ClamdScanner(address, { concurrency })
  }, {})
  const where = 'path' in address ? address.path : `${address.host}:${address.port}`
  return { scanner, notice: `Files are scanned by ClamAV at ${where}.`, ...disposeNothing }
}

async function ownClamd(
  { concurrency }: Clamd,
  directory: string,
  log: (entry: LogEntry) => void,
): Promise<OpenScanner> {
  const { findClamd } = await import('../adapters/clamd/clamd-program.ts')
  const installed = await findClamd()
  if (!installed.found) return developmentScanner(installed.reason)
  const { SupervisedClamd } = await import('../adapters/clamd/supervised-clamd.ts')
  const scanner = SupervisedClamd.open({
    start: { ...installed, directory: join(directory, 'clamd') },
    concurrency,
    log,
  })
  const notice =
    'Files are scanned by a ClamAV of their own, and stay pending until it has loaded its signatures.'
  return { scanner, notice, [Symbol.asyncDispose]: () => scanner[Symbol.asyncDispose]() }
}

const reasons = {
  'not-installed': 'ClamAV is not installed',
  'not-running': 'no ClamAV answers (run clamd, or name it in CLAMAV_SERVICE_HOST)',
  'no-signatures': 'ClamAV has no signatures (run freshclam)',
}

async function developmentScanner(reason: keyof typeof reasons): Promise<OpenScanner> {
  const { EicarScanner } = await import('../adapters/scanners/eicar-scanner.ts')
  return {
    scanner: new EicarScanner(),
    notice: `Files are checked for the EICAR test file ONLY, which protects nobody: ${reasons[reason]}.`,
    ...disposeNothing,
  }
}

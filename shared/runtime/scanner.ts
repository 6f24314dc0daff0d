import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { LogEntry } from '../observability/log.ts'
import { lazyPort } from './lazy-port.ts'
import type { Scanner } from '../ports/scanner.ts'

interface OpenScanner extends AsyncDisposable {
  scanner: Scanner
  /** Files that the engine scans at the same time. Undefined for a scanner without an engine. */
  concurrency?: number
  /** One sentence for the operator. */
  notice: string
}

const disposeNothing = { [Symbol.asyncDispose]: async () => undefined }

type Clamd = NonNullable<Config['clamd']>

/**
 * Opens the scanner. In the cloud: the clamd at the configured address, even if it does not answer yet. With local storage: the
 * clamd at that address if it answers, otherwise a clamd started by this process if it is installed with signatures, otherwise
 * the development scanner. Under the Firebase emulators: the clamd at that address, or the development scanner. If scanning is
 * switched off: no scanner.
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
  const notice = `Files are scanned by ClamAV at ${where}.`
  return { scanner, concurrency, notice, ...disposeNothing }
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
    'Files are scanned by a ClamAV that this process has started. They stay pending until its signatures are loaded.'
  return {
    scanner,
    concurrency,
    notice,
    [Symbol.asyncDispose]: () => scanner[Symbol.asyncDispose](),
  }
}

const reasons = {
  'not-installed': 'ClamAV is not installed',
  'not-running': 'no ClamAV answers (run clamd, or set CLAMAV_SERVICE_HOST)',
  'no-signatures': 'ClamAV has no signatures (run freshclam)',
}

async function developmentScanner(reason: keyof typeof reasons): Promise<OpenScanner> {
  const { EicarScanner } = await import('../adapters/scanners/eicar-scanner.ts')
  return {
    scanner: new EicarScanner(),
    notice: `Files are checked for the EICAR test file ONLY, which gives no protection: ${reasons[reason]}.`,
    ...disposeNothing,
  }
}

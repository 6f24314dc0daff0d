import { arm, type CrashAt } from './crash-points.ts'
import type { Scanner } from '../../shared/ports/scanner.ts'
import { watched, watchFileSystem, watchSqlite } from './platform-points.ts'

interface Rearming {
  crashAt?: CrashAt
  signaturesAt?: string
}

/**
 * The local server with crash points in its platform calls. Kills itself at point `CRASH_AT`, counted from the start of the
 * process. A message `{ crashAt }` from the parent restarts counting, and is answered with the labels passed so far. With
 * `signaturesAt` the scanner gets signatures of that instant, and all files are rescanned.
 */
async function main(): Promise<void> {
  process.on('disconnect', () => process.exit())
  await watchFileSystem()
  watchSqlite()
  const { CRASH_AT } = process.env
  arm(CRASH_AT === undefined ? undefined : Number(CRASH_AT))

  const { loadConfig } = await import('../../shared/config/load-config.ts')
  const { openRuntime } = await import('../../shared/runtime/runtime.ts')
  const { EicarScanner } = await import('../../shared/adapters/scanners/eicar-scanner.ts')
  const { serve } = await import('../../functions/local.ts')
  const { rescan } = await import('../../shared/workspace/scan/rescan.ts')
  const config = loadConfig()
  // Uses the development scanner, which starts immediately on every machine.
  const runtime = await openRuntime({ ...config, clamd: undefined })
  if (!runtime.local) throw new Error('Crash points lie beneath SQLite and the disk only')
  const blobs = watched('blobs', runtime.local.blobs)
  const scanner = new EicarScanner()
  let signatures: { signaturesAt?: string } = {}
  const version = async () => ({ ...(await scanner.version()), ...signatures })
  const quarantine = runtime.ports.quarantine && watched('quarantine', runtime.ports.quarantine)
  const ports = {
    ...runtime.ports,
    catalog: watched('catalog', runtime.ports.catalog),
    folders: watched('folders', runtime.ports.folders),
    runs: watched('runs', runtime.ports.runs),
    shares: watched('shares', runtime.ports.shares),
    scanner: watched<Scanner>('scanner', { scan: (...args) => scanner.scan(...args), version }),
    blobs,
    ...(quarantine && { quarantine }),
  }
  const local = { ...runtime.local, blobs }
  process.on('message', ({ crashAt, signaturesAt }: Rearming) => {
    const begin = () => {
      if (signaturesAt === undefined) return
      signatures = { signaturesAt }
      void rescan(ports, { maxFiles: Infinity, maxBytes: Infinity })
    }
    process.send?.(arm(crashAt), undefined, {}, begin)
  })
  const { origin } = await serve(config, { ...runtime, ports, local })
  process.stdout.write(`Coffer is ready at ${origin}\n`)
}

await main()

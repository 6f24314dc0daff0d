import { flushCompileCache } from 'node:module'
import { arm, type CrashAt } from './crash-points.ts'
import { watched, watchFileSystem, watchSqlite } from './platform-points.ts'

/**
 * The real local server with crash points beneath it. Ends itself at point `CRASH_AT`, counted from the start of the
 * process; a message `{ crashAt }` from the parent counts anew and is answered with the labels passed until then.
 */
async function main(): Promise<void> {
  process.on('message', ({ crashAt }: { crashAt?: CrashAt }) => process.send?.(arm(crashAt)))
  process.on('disconnect', () => process.exit())
  await watchFileSystem()
  watchSqlite()
  const { CRASH_AT } = process.env
  arm(CRASH_AT === undefined ? undefined : Number(CRASH_AT))

  const { loadConfig } = await import('../../shared/config.ts')
  const { openRuntime } = await import('../../shared/runtime.ts')
  const { EicarScanner } = await import('../../shared/adapters/local/eicar-scanner.ts')
  const { serve } = await import('../../functions/local.ts')
  const config = loadConfig()
  // Without clamd: the development scanner is the one that starts at once, on every machine.
  const runtime = await openRuntime({ ...config, clamd: undefined })
  if (!runtime.local) throw new Error('Crash points lie beneath SQLite and the disk only')
  const blobs = watched('blobs', runtime.local.blobs)
  const ports = {
    ...runtime.ports,
    catalog: watched('catalog', runtime.ports.catalog),
    scanner: watched('scanner', new EicarScanner()),
    blobs,
  }
  const local = { ...runtime.local, blobs }
  const { origin } = await serve(config, { ...runtime, ports, local })
  process.stdout.write(`Coffer is ready at ${origin}\n`)
  // A process that is killed leaves no compile cache behind: the next ones start faster with it.
  flushCompileCache()
}

await main()

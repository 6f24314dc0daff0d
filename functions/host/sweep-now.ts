import { parseArgs } from 'node:util'
import { loadConfig } from '../../shared/config/load-config.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import { pendingAgeSeconds } from '../../shared/workspace/sweep/defaults.ts'

/**
 * `npm run sweep [-- --dry-run]`: a complete sweep of the configured stores; a server may be running. Prints the report as JSON. The
 * exit code is 1 if an item failed or bytes are missing, and 2 if the sweep could not run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
  await using runtime = await openRuntime(loadConfig())
  process.stderr.write(`${runtime.scannerNotice}\n`)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const report = await sweep(runtime.ports, {
    pendingAgeSeconds,
    // While a server runs, and in the cloud, a reservation may be in use until it expires.
    abandonedBefore: runtime.local?.exclusiveSince ?? new Date(0),
    dryRun: values['dry-run'],
    signal: stop.signal,
  })
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  if (report.failureCount > 0 || report.missing > 0) process.exitCode = 1
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})

import { once } from 'node:events'
import { serve } from '../../../functions/local.ts'
import { EicarScanner } from '../../../shared/adapters/scanners/eicar-scanner.ts'
import { loadConfig } from '../../../shared/config/load-config.ts'
import { openFetcher } from '../../../shared/adapters/web/fetch-source.ts'
import { openRuntime } from '../../../shared/runtime/runtime.ts'
import type { Sources } from '../../../shared/ports/sources.ts'

/**
 * The local server with a fetcher that treats 127.0.0.2 as the public web, because no configuration
 * allows loopback.
 */
async function main(): Promise<void> {
  const config = loadConfig()
  await using runtime = await openRuntime({ ...config, clamd: undefined })
  const fetchUrl = openFetcher({
    allowedPorts: config.imports.allowedPorts,
    isAllowed: (address) => address === '127.0.0.2',
    resolve: async () => ['127.0.0.2'],
  })
  const real = runtime.ports.sources
  const sources: Sources = {
    fetchUrl,
    openObject: (...args) => real.openObject(...args),
  }
  const ports = { ...runtime.ports, scanner: new EicarScanner(), sources }
  await using server = await serve(config, { ...runtime, ports })
  process.stdout.write(`Coffer is ready at ${server.origin}\n`)
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
}

await main()

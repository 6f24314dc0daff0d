import { once } from 'node:events'
import { serve } from '../../../functions/local.ts'
import { EicarScanner } from '../../../shared/adapters/scanners/eicar-scanner.ts'
import { loadConfig } from '../../../shared/config/load-config.ts'
import { openRuntime } from '../../../shared/runtime/runtime.ts'

/** The local server with the development scanner, also where ClamAV is installed. */
const config = loadConfig()
await using runtime = await openRuntime({ ...config, clamd: undefined })
const ports = { ...runtime.ports, scanner: new EicarScanner() }
await using server = await serve(config, { ...runtime, ports })
process.stdout.write(`Coffer is ready at ${server.origin}\n`)
await once(process, 'SIGTERM')

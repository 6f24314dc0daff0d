import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

/**
 * Firebase's storage emulator, without its security rules (the CLI downloads the program for these), for
 * `STORAGE_EMULATOR_HOST=… npm run test:emulators`. Needs the packages of `tests/emulators/firebase-cli`. The argument is
 * the port.
 */
const require = createRequire(new URL('../../firebase-cli/package.json', import.meta.url))

interface FirebaseStorage {
  new (args: { projectId: string; rules: []; host: string; port: number }): object
}
interface CreateApp {
  (projectId: string, emulator: object): Promise<{ listen: (port: number, host: string) => Server }>
}
interface Registry {
  INSTANCES: Map<string, object>
}
const folder = 'firebase-tools/lib/emulator'
const { StorageEmulator } = require(`${folder}/storage`) as { StorageEmulator: FirebaseStorage }
const { createApp } = require(`${folder}/storage/server`) as { createApp: CreateApp }
const { EmulatorRegistry } = require(`${folder}/registry`) as { EmulatorRegistry: Registry }

const host = '127.0.0.1'
const projectId = 'demo-coffer'
const port = Number(process.argv[2] ?? 9199)
const emulator = new StorageEmulator({ projectId, rules: [], host, port })
// The emulator reads its address from the registry.
EmulatorRegistry.INSTANCES.set('storage', emulator)
const app = await createApp(projectId, emulator)
const server = app.listen(port, host)
await once(server, 'listening')
console.log(`STORAGE_EMULATOR_HOST=http://${host}:${(server.address() as AddressInfo).port}`)

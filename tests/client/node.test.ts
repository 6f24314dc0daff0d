import { afterAll, beforeAll, describe } from 'vitest'
import { emulatorDifferences } from '../e2e/cloud/cloud-emulators.ts'
import { listsFor } from '../emulators/storage/external/skip-missing.ts'
import { skipListed, type ListedTests } from '../support/skip-listed.ts'
import { startCloud } from '../e2e/cloud/cloud-server.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import type { Server } from '../e2e/support/target.ts'
import { FaultProxy } from './fault-proxy.ts'
import { nodeRunner } from './node-runner.ts'
import { uploadScenarios, type Runner } from './scenarios.ts'

const unscanned = { AUTH_MODE: 'local', CLAMAV_SERVICE_ENABLED: 'false' }

/** The cloud runs on the stand-in for Cloud Storage, or on the emulator at `STORAGE_EMULATOR_HOST`. */
const services: [string, () => Promise<Server & { storageUrl?: string }>, ListedTests[]][] = [
  ['the local server', () => startLocalServer(unscanned), []],
  ['the cloud functions', () => startCloud(unscanned), await emulatorDifferences('client')],
]

describe.each(services)('upload() in Node to %s', (_, start, differences) => {
  skipListed(differences, { known: listsFor('client') })
  let server: Server
  let proxy: FaultProxy
  let runner: Runner
  beforeAll(async () => {
    const started = await start()
    server = started
    proxy = await FaultProxy.start({ api: started.url, storage: started.storageUrl })
    runner = await nodeRunner(proxy, 'ann')
  })
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })
  uploadScenarios(() => runner)
})

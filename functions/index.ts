import { cloudEvent, http, type CloudEvent } from '@google-cloud/functions-framework'
import type { Hono } from 'hono'
import { loadConfig } from '../shared/config.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { createApp } from '../shared/http/app.ts'
import { jsonLog } from '../shared/http/json-log.ts'
import { nodeListener } from '../shared/http/node-listener.ts'
import { openAuthenticator } from '../shared/http/open-authenticator.ts'
import { openRuntime } from '../shared/runtime.ts'
import { startScanning } from './local-scan.ts'
import { httpRoutes } from './routes.ts'
import { scanFunction } from './scan.ts'
import { storageRoutes } from './storage.ts'
import { sweepRoutes } from './sweep.ts'

const config = loadConfig()
const { ports, local } = await openRuntime(config)
const context = {
  authenticate: openAuthenticator(config.auth),
  log: jsonLog,
  corsOrigins: config.server.corsOrigins,
  publicUrl: config.server.publicUrl,
}
const serve = (...routes: Hono<AppEnv>[]) => nodeListener(createApp(context, ...routes), context)

const concurrency = config.clamd?.concurrency ?? 1
const routes = httpRoutes(ports, config)
const api = Object.values(routes)
for (const [name, route] of Object.entries(routes)) http(name, serve(route))
if (local) {
  // Nobody else sends the disk's events or answers its links: whichever function runs does.
  const storage = storageRoutes(ports, local.blobs, config.server)
  api.push(storage)
  http('storage', serve(storage))
  startScanning(ports, local.events, { concurrency, log: jsonLog })
}
http('api', serve(...api))
http('sweep', serve(sweepRoutes(ports)))
cloudEvent('scan', async (event: CloudEvent<unknown>) => {
  await scanFunction(ports, event)
})

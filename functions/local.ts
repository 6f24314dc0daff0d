import type { Config } from '../shared/config/config.ts'
import { loadConfig } from '../shared/config/load-config.ts'
import type { HttpContext } from '../shared/http/app-env.ts'
import { createApp } from '../shared/http/app.ts'
import { healthRoute } from '../shared/http/health.ts'
import { jsonLog } from '../shared/observability/json-log.ts'
import { nodeListener } from '../shared/http/server/node-listener.ts'
import { openAuthenticator } from '../shared/http/auth/open-authenticator.ts'
import { resourceMetadataRoute } from '../shared/http/auth/resource-metadata.ts'
import { docsRoute } from '../shared/http/server/docs-route.ts'
import { pageRoute } from '../shared/http/server/page-route.ts'
import { openServer, type RunningServer } from '../shared/http/server/open-server.ts'
import { openRuntime, type Runtime } from '../shared/runtime/runtime.ts'
import { openBackground } from '../shared/http/background.ts'
import { builtPage } from './host/page/built-page.ts'
import { allHttpRoutes } from './host/routes.ts'
import { startSweeping } from './host/local-sweep.ts'
import { startRescanning } from './host/local-rescan.ts'
import { startScanning } from './host/local-scan.ts'
import { answeringMs, exitAfter, failStart, terminationSignal } from './host/shutdown.ts'
import { storageRoutes } from './storage.ts'

/**
 * Serves all functions on one port with SQLite and the disk, and runs the scans and sweeps that the cloud would trigger. Resolves to
 * the origin when the server listens. Disposing finishes the requests in flight.
 */
export async function serve(
  config: Config,
  { ports, local, telemetry, scanConcurrency: concurrency }: Runtime,
): Promise<RunningServer> {
  const log = jsonLog(config.projectId)
  const http: HttpContext = {
    authenticate: openAuthenticator(config.auth),
    log,
    corsOrigins: config.server.corsOrigins,
    publicUrl: config.server.publicUrl,
    telemetry,
  }
  if (!local) {
    throw new Error(
      'MEDIA_GCS_BUCKET_NAME is set, so Cloud Storage sends its events to the functions in the cloud. Unset it to serve from this disk.',
    )
  }
  await using opened = new AsyncDisposableStack()
  const background = opened.use(openBackground(log))
  const functions = await allHttpRoutes(ports, config, {
    background,
    atClose: (work) => opened.defer(work),
    log,
    runsBlocks: true,
  })
  const app = createApp(http, ...functions, storageRoutes(ports, local.blobs, config.server))
  app.route('/', healthRoute(ports, local.events))
  app.route('/', resourceMetadataRoute(config.auth))
  app.route('/', docsRoute())
  app.route('/', pageRoute(builtPage))

  const { host, port, shutdownSeconds } = config.server
  const closeWithinMs = answeringMs(shutdownSeconds)
  const server = await openServer(nodeListener(app, http), { host, port, closeWithinMs })
  opened.use(server)

  // Starts after the server listens: if the port is in use, another process works on these files.
  startScanning(ports, local.events, { concurrency, log, telemetry })
  opened.use(startSweeping(ports, local, { log, telemetry }))
  if (config.rescan) opened.use(startRescanning(ports, config.rescan, log))

  const resources = opened.move()
  return {
    origin: server.origin,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Serves the configuration of the environment until the process is told to end. Exits with code 1 if it cannot. */
export async function start(): Promise<void> {
  await run().catch(failStart)
}

async function run(): Promise<void> {
  const config = loadConfig()
  await using runtime = await openRuntime(config)
  await using server = await serve(config, runtime)
  process.stdout.write(`${runtime.scannerNotice}\nCoffer is ready at ${server.origin}\n`)
  await terminationSignal()
  exitAfter(config.server.shutdownSeconds)
}

if (import.meta.main) await start()

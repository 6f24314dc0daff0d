import type { Config } from '../../shared/config/config.ts'
import type { HttpContext } from '../../shared/http/app-env.ts'
import { jsonLog } from '../../shared/observability/json-log.ts'
import { nodeListener } from '../../shared/http/server/node-listener.ts'
import { once } from '../../shared/concurrency/once.ts'
import type { Host } from './routes.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { scanHandler, type CloudEvent } from './scan-handler.ts'

export type Listener = ReturnType<typeof nodeListener>

export interface Deployment extends AsyncDisposable {
  /** Loads a function with its ports, as a listener of Node's HTTP server. `scan` takes CloudEvents. */
  load(name: string): Promise<Listener>
  /** Handles one CloudEvent. Resolves if the event needs no redelivery, and throws otherwise. */
  scan(event: CloudEvent): Promise<void>
  /** Opens the ports before the first request. */
  open(): Promise<unknown>
}

/**
 * The functions of one process. Each loads its code and opens its ports at the first use. Disposing closes the ports, after the
 * last request is answered.
 */
export function openDeployment(config: Config): Deployment {
  const log = jsonLog(config.projectId)
  const opened = new AsyncDisposableStack()
  const runtime = once(async () => opened.use(await openRuntime(config)))
  const running = once(async () => {
    const { ports, local, telemetry, scanConcurrency: concurrency } = await runtime()
    if (local) {
      // The disk has no event service, so every function's process handles its events.
      const { startScanning } = await import('./local-scan.ts')
      startScanning(ports, local.events, { concurrency, log, telemetry })
    }
    return { ports, local, telemetry }
  })

  const handler = scanHandler(config, log, running)

  async function load(name: string): Promise<Listener> {
    if (name === 'scan') {
      const [{ eventApp }] = await Promise.all([import('./event-app.ts'), handler.open()])
      return nodeListener(eventApp(handler.handle), { log, publicUrl: undefined })
    }
    const [{ createApp }, { openAuthenticator }, { ports, telemetry }] = await Promise.all([
      import('../../shared/http/app.ts'),
      import('../../shared/http/auth/open-authenticator.ts'),
      running(),
    ])
    const { corsOrigins, publicUrl, maxAnnouncedBytes } = config.server
    const authenticate = openAuthenticator(config.auth)
    const server = { corsOrigins, publicUrl, maxAnnouncedBytes }
    const context: HttpContext = { authenticate, log, ...server, telemetry }
    const app = createApp(context, ...(await routesOf(name)))
    if (name === 'api' || name === 'mcp') {
      const { resourceMetadataRoute } = await import('../../shared/http/auth/resource-metadata.ts')
      app.route('/', resourceMetadataRoute(config.auth))
    }
    if (name === 'api') {
      const { healthRoute } = await import('../../shared/http/health.ts')
      app.route('/', healthRoute(ports))
    }
    return nodeListener(app, context)
  }

  async function routesOf(name: string) {
    const { ports, local, telemetry } = await running()
    if (name === 'sweep') {
      const { sweepRoutes } = await import('../sweep.ts')
      const { rescanRoutes } = await import('../rescan.ts')
      return [sweepRoutes(ports, config, { log, telemetry }), rescanRoutes(ports, config, log)]
    }
    const { httpRoutes, apiRoutes } = await import('./routes.ts')
    const localRoutes = async () => {
      const { storageRoutes } = await import('../storage.ts')
      return local ? [storageRoutes(ports, local.blobs, config.server)] : []
    }
    if (name === 'storage') return localRoutes()
    const host: Host = { atClose: (work) => opened.defer(work), log }
    if (name === 'api') {
      return [...(await apiRoutes(ports, config, host)), ...(await localRoutes())]
    }
    const routes = httpRoutes(ports, config, host)[name]
    if (!routes) throw new Error(`Unknown function "${name}"`)
    return [await routes()]
  }

  return {
    load,
    scan: handler.handle,
    open: running,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

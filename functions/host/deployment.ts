import { inspect } from 'node:util'
import type { Config } from '../../shared/config/config.ts'
import type { HttpContext } from '../../shared/http/app-env.ts'
import { jsonLog } from '../../shared/observability/json-log.ts'
import { nodeListener } from '../../shared/http/server/node-listener.ts'
import { traceContextOf } from '../../shared/observability/trace-context.ts'
import { once } from '../../shared/concurrency/once.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import { scanEntry } from '../../shared/observability/scan-log.ts'

export type Listener = ReturnType<typeof nodeListener>

/** The members of a CloudEvent that are read. A request may contain anything. */
export interface CloudEvent {
  id?: unknown
  type?: unknown
  data?: unknown
  /** The CloudEvents extension for distributed tracing. */
  traceparent?: unknown
}

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

  async function load(name: string): Promise<Listener> {
    if (name === 'scan') {
      const [{ eventApp }] = await Promise.all([import('./event-app.ts'), running(), scanCode()])
      return nodeListener(eventApp(scan), { log, publicUrl: undefined })
    }
    const [{ createApp }, { openAuthenticator }, { ports, telemetry }] = await Promise.all([
      import('../../shared/http/app.ts'),
      import('../../shared/http/auth/open-authenticator.ts'),
      running(),
    ])
    const { corsOrigins, publicUrl } = config.server
    const authenticate = openAuthenticator(config.auth)
    const context: HttpContext = { authenticate, log, corsOrigins, publicUrl, telemetry }
    const app = createApp(context, ...(await routesOf(name)))
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
    const { httpRoutes, allHttpRoutes } = await import('./routes.ts')
    const localRoutes = async () => {
      const { storageRoutes } = await import('../storage.ts')
      return local ? [storageRoutes(ports, local.blobs, config.server)] : []
    }
    if (name === 'storage') return localRoutes()
    if (name === 'api') return [...(await allHttpRoutes(ports, config)), ...(await localRoutes())]
    const routes = httpRoutes(ports, config)[name]
    if (!routes) throw new Error(`Unknown function "${name}"`)
    return [await routes()]
  }

  async function scan(given: CloudEvent | undefined): Promise<void> {
    // The framework passes undefined for a request without a body.
    const event = given ?? {}
    const [{ ports, telemetry }, { scanFunction }] = await Promise.all([running(), scanCode()])
    const startedAt = performance.now()
    const bucket = config.storage.kind === 'gcp' ? config.storage.bucket : undefined
    const { traceparent } = event
    const parent = traceContextOf((name) =>
      name === 'traceparent' && typeof traceparent === 'string' ? traceparent : undefined,
    )
    const deliver = async (trace = parent) => {
      const about = { ...(typeof event.id === 'string' && { requestId: event.id }), trace }
      try {
        const outcome = await scanFunction(ports, bucket, event)
        log({ ...scanEntry(outcome, startedAt), ...about })
      } catch (error) {
        log({ ...failureEntry(error), ...about })
        throw redelivery(event.id)
      }
    }
    await (telemetry ? telemetry.event('scan', parent, deliver) : deliver())
  }

  return { load, scan, open: running, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const scanCode = () => import('../scan.ts')

function failureEntry(error: unknown) {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof WorkspaceError) {
    return { severity: 'WARNING' as const, message: `The event will be tried again: ${message}` }
  }
  return { severity: 'ERROR' as const, message, stack_trace: inspect(error) }
}

/** An error for the framework, which requests redelivery. The framework prints its stack and may answer its message. */
function redelivery(eventId: unknown): Error {
  const error = new Error(`The event ${String(eventId)} failed and must be delivered again`)
  error.stack = error.message
  return error
}

import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { parseFileId } from '../model/path.ts'
import type { AppEnv, HttpContext } from './app-env.ts'
import type { LogEntry } from '../observability/log.ts'
import { remoteIp } from './server/remote-ip.ts'
import { basePath, rawTarget } from './target.ts'
import { traceContextOf } from '../observability/trace-context.ts'

const filesPrefix = `${basePath}/files/`
const filePattern = `${filesPrefix}:id`

/**
 * Logs one line for each request after its last byte, and ends its span. The line contains the pattern of the route instead of
 * the URL, because paths are private, and queries and upload ids may be credentials.
 */
export function requestLog({
  log,
  telemetry,
}: Pick<HttpContext, 'log' | 'telemetry'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now()
    const parent = traceContextOf((name) => c.req.header(name))
    const span = telemetry?.startRequest({ method: c.req.method, parent })
    const trace = span?.trace ?? parent
    if (trace) c.set('trace', trace)
    const outgoing = c.env?.outgoing
    const socket = c.env?.incoming?.socket
    const alreadyWritten = socket?.bytesWritten ?? 0
    const finish = () => {
      span?.end({ status: statusOf(c), route: routeOf(c) })
      const seconds = (performance.now() - startedAt) / 1000
      // The bytes on the wire, including the head.
      log(entryOf(c, seconds, socket && socket.bytesWritten - alreadyWritten))
    }
    outgoing?.once('close', finish)
    await (span ? span.run(next) : next())
    if (!outgoing) finish()
  }
}

function entryOf(c: Context<AppEnv>, seconds: number, bytesOut: number | undefined): LogEntry {
  const outgoing = c.env?.outgoing
  const status = statusOf(c)
  const path = loggedPath(c)
  return {
    severity: status >= 500 ? 'ERROR' : 'INFO',
    message: `${c.req.method} ${path} ${status}`,
    requestId: c.get('requestId'),
    trace: c.get('trace'),
    userId: c.get('caller')?.workspaceId,
    httpRequest: {
      requestMethod: c.req.method,
      requestUrl: (c.get('publicUrl') ?? new URL(c.req.url).origin) + path,
      status,
      latency: `${seconds.toFixed(6)}s`,
      requestSize: c.req.header('Content-Length'),
      responseSize: bytesOut?.toString(),
      userAgent: c.req.header('User-Agent'),
      remoteIp: remoteIp(c),
    },
    ...(outgoing && !outgoing.writableFinished && { aborted: true }),
  }
}

function statusOf(c: Context<AppEnv>): number {
  const outgoing = c.env?.outgoing
  return outgoing?.headersSent ? outgoing.statusCode : c.res.status
}

/** The pattern of the matched route; undefined if no route matched. */
function routeOf(c: Context<AppEnv>): string | undefined {
  return matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path
}

/** The pattern of the route, with the id of a file, which reveals no path; `…` for an unknown path. */
function loggedPath(c: Context<AppEnv>): string {
  const { path } = rawTarget(c)
  const route = routeOf(c)
  if (route === undefined) return path.startsWith(`${basePath}/`) ? `${basePath}/…` : '/…'
  if (!route.startsWith(filePattern)) return route
  const id = parseFileId(path.slice(filesPrefix.length).split('/', 1)[0] ?? '')
  return id === undefined ? route : filesPrefix + id + route.slice(filePattern.length)
}

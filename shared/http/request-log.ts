import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv, LogEntry } from './app-env.ts'
import { rawTarget } from './target.ts'

/** One line for each request, when its last byte is out; without its query, which may hold a signature. */
export function requestLog(log: (entry: LogEntry) => void): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now()
    const socket = c.env?.incoming?.socket
    const alreadyWritten = socket?.bytesWritten ?? 0
    const write = () =>
      log({
        ...entryOf(c),
        durationMs: Math.round(performance.now() - startedAt),
        // What went over the wire, head included.
        bytesOut: socket && socket.bytesWritten - alreadyWritten,
      })
    const outgoing = c.env?.outgoing
    outgoing?.once('close', write)
    await next()
    if (!outgoing) write()
  }
}

function entryOf(c: Context<AppEnv>): LogEntry {
  const outgoing = c.env?.outgoing
  const status = outgoing?.headersSent ? outgoing.statusCode : c.res.status
  const path = withoutSecret(rawTarget(c).path)
  const bytesIn = c.req.header('Content-Length')
  return {
    severity: status >= 500 ? 'ERROR' : 'INFO',
    message: `${c.req.method} ${path} ${status}`,
    requestId: c.get('requestId'),
    method: c.req.method,
    path,
    status,
    userId: c.get('caller')?.workspaceId,
    bytesIn: bytesIn === undefined ? undefined : Number(bytesIn),
    ...(outgoing && !outgoing.writableFinished && { aborted: true }),
  }
}

/** A resumable upload's address is its permission, so its id stays out of the log. */
function withoutSecret(path: string): string {
  return path.replace(/(\/uploads\/).+/, '$1…')
}

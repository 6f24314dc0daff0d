import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'

const saneId = /^[A-Za-z0-9._-]{1,128}$/

/** Names the request, by the caller's `X-Request-Id` where that can stand in a log and a URI; sets what every answer has. */
export const requestHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  const sent = c.req.header('X-Request-Id')
  const id = sent !== undefined && saneId.test(sent) ? sent : randomUUID()
  c.set('requestId', id)
  // Before the handler for one that writes to Node's response itself, after it for whatever Response it made.
  c.header('X-Request-Id', id)
  c.header('X-Content-Type-Options', 'nosniff')
  await next()
  if (c.env?.outgoing?.headersSent) return
  const { headers } = c.res
  headers.set('X-Request-Id', id)
  headers.set('X-Content-Type-Options', 'nosniff')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

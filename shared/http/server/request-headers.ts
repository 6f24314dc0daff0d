import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'

const safeId = /^[A-Za-z0-9._-]{1,128}$/

/** Sets the request id, from `X-Request-Id` if it is safe in logs and URIs, and the headers of every answer. */
export const requestHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  const sent = c.req.header('X-Request-Id')
  const id = sent !== undefined && safeId.test(sent) ? sent : randomUUID()
  c.set('requestId', id)
  // Set before the handler, which may write to Node's response directly, and again on the Response that the handler returns.
  c.header('X-Request-Id', id)
  c.header('X-Content-Type-Options', 'nosniff')
  await next()
  if (c.env?.outgoing?.headersSent) return
  const { headers } = c.res
  headers.set('X-Request-Id', id)
  headers.set('X-Content-Type-Options', 'nosniff')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

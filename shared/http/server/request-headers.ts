import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'

const safeId = /^[A-Za-z0-9._-]{1,128}$/

/** Sets the request id, from `X-Request-Id` if it is safe in logs and URIs, and the headers of every answer. */
export const requestHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  const sent = c.req.header('X-Request-Id')
  const id = sent !== undefined && safeId.test(sent) ? sent : randomUUID()
  c.set('requestId', id)
  const outgoing = c.env?.outgoing
  if (outgoing) {
    // Node writes them with every answer, and an answer's own header replaces the one here.
    outgoing.setHeader('X-Request-Id', id)
    outgoing.setHeader('X-Content-Type-Options', 'nosniff')
    outgoing.setHeader('Cache-Control', 'no-store')
    await next()
    return
  }
  await next()
  const { headers } = c.res
  headers.set('X-Request-Id', id)
  headers.set('X-Content-Type-Options', 'nosniff')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

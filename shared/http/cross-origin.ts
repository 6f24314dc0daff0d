import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { AppEnv } from './app-env.ts'

const preflightSeconds = 600

/** CORS for the configured origins; tokens travel in `Authorization`, so no credentials are allowed. */
export function crossOrigin(
  origins: readonly string[],
  allowedMethods: (c: Context<AppEnv>) => string[],
): MiddlewareHandler<AppEnv> {
  const answer = cors({
    origin: [...origins],
    allowMethods: (_, c) => allowedMethods(c),
    allowHeaders: [
      'Authorization',
      'Content-Digest',
      'Content-Range',
      'Content-Type',
      'If-Match',
      'If-Modified-Since',
      'If-None-Match',
      'If-Range',
      'If-Unmodified-Since',
      'Last-Event-ID',
      'Mcp-Protocol-Version',
      'Mcp-Session-Id',
      'Prefer',
      'Range',
      'Repr-Digest',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Accept-Ranges',
      'Content-Disposition',
      'Content-Range',
      'ETag',
      'Location',
      'Mcp-Session-Id',
      'Preference-Applied',
      'Range',
      'Repr-Digest',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: preflightSeconds,
  })
  return async (c, next) => {
    if (c.req.method !== 'OPTIONS') return answer(c, next)
    const allowed = allowedMethods(c)
    // An address that no route answers is 404, for a preflight too.
    if (allowed.length === 0) return next()
    const response = await answer(c, next)
    response?.headers.set('Allow', allowed.join(', '))
    return response
  }
}

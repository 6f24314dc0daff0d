import type { Context, MiddlewareHandler } from 'hono'
import { matchesOrigin } from './protocol/origin.ts'
import type { AppEnv } from './app-env.ts'
import { presetHeader } from './server/preset-header.ts'

/** The longest time that Chromium caches a preflight; Firefox allows a day. */
const preflightSeconds = 7200
const maxRequestedHeaders = 100
const fieldName = /^[!#$%&'*+.^_`|~\w-]{1,128}$/

/** The request headers that routes read. They are allowed even if a preflight requests none. */
const requestHeaders = [
  'Accept',
  'Authorization',
  'Content-Digest',
  'Content-Range',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'Prefer',
  'Range',
  'Repr-Digest',
  'X-Request-Id',
]
const exposedHeaders = [
  'Accept-Ranges',
  'Allow',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Location',
  'Mcp-Session-Id',
  'Preference-Applied',
  'Range',
  'Repr-Digest',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ')

/**
 * CORS (WHATWG Fetch §3.2) for the configured origins, with any request header. Tokens travel in `Authorization` and
 * credentials are not allowed, so no header gives a page additional rights.
 */
export function crossOrigin(
  origins: readonly string[],
  allowedMethods: (c: Context<AppEnv>) => string[],
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origin = c.req.header('Origin')
    const isAllowed = origin !== undefined && matchesOrigin(origins, origin)
    const allowed = c.req.method === 'OPTIONS' ? allowedMethods(c) : []
    // A URL without a route is 404, also for a preflight.
    if (allowed.length > 0) {
      return new Response(null, {
        status: 204,
        headers: {
          Allow: allowed.join(', '),
          Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
          ...(isAllowed && preflightHeaders(c, origin, allowed)),
        },
      })
    }
    if (isAllowed) {
      presetHeader(c, 'Access-Control-Allow-Origin', origin)
      presetHeader(c, 'Access-Control-Expose-Headers', exposedHeaders)
    }
    await next()
    c.res.headers.append('Vary', 'Origin')
    return undefined
  }
}

function preflightHeaders(c: Context<AppEnv>, origin: string, methods: string[]) {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': [...requestHeaders, ...requestedHeaders(c)].join(', '),
    'Access-Control-Max-Age': `${preflightSeconds}`,
    // Lets a page of a public site call a server in the user's private network (Private Network Access).
    ...(c.req.header('Access-Control-Request-Private-Network') === 'true' && {
      'Access-Control-Allow-Private-Network': 'true',
    }),
  }
}

/** The additional headers that a preflight requests. */
function requestedHeaders(c: Context<AppEnv>): string[] {
  const known = new Set(requestHeaders.map((name) => name.toLowerCase()))
  const names = (c.req.header('Access-Control-Request-Headers') ?? '')
    .split(',', maxRequestedHeaders)
    .map((name) => name.trim().toLowerCase())
  return names.filter((name) => fieldName.test(name) && !known.has(name))
}

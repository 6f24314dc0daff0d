import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Credentials } from './identity.ts'

/** Of a connection that is gone already: nobody's address, and so not this machine's. */
const gone = 'gone'

/** What a request says of who sends it. */
export function credentialsOf(c: Context<AppEnv>): Credentials {
  const socket = c.env?.incoming?.socket
  return {
    // Two such headers come joined by a comma (RFC 9110 §5.3), which no token holds: they are refused.
    authorization: c.req.header('Authorization'),
    host: c.req.header('Host') ?? new URL(c.req.url).host,
    origin: c.req.header('Origin'),
    peer: socket?.remoteAddress ?? (socket?.destroyed ? gone : undefined),
  }
}

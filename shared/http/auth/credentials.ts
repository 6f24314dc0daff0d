import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Credentials } from './identity.ts'

/** The peer of a closed connection, whose address is unknown. It never counts as a loopback address. */
const gone = 'gone'

/** The parts of a request that identify its sender. */
export function credentialsOf(c: Context<AppEnv>): Credentials {
  const socket = c.env?.incoming?.socket
  return {
    // Two Authorization headers are joined by a comma (RFC 9110 §5.3), which no token contains, so they are rejected.
    authorization: c.req.header('Authorization'),
    host: c.req.header('Host') ?? new URL(c.req.url).host,
    origin: c.req.header('Origin'),
    peer: socket?.remoteAddress ?? (socket?.destroyed ? gone : undefined),
  }
}

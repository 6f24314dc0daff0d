import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Telemetry, TraceContext } from '../observability/telemetry.ts'
import type { Caller } from '../model/access.ts'
import type { LogEntry } from '../observability/log.ts'
import type { Authenticate } from './auth/identity.ts'

/** What every HTTP function needs besides its ports. */
export interface HttpContext {
  authenticate: Authenticate
  log: (entry: LogEntry) => void
  /** Origins whose pages may call; empty for none. */
  corsOrigins: readonly string[]
  /** Where callers reach the service, with a path or without, if that is not where it is asked (a proxy in front). */
  publicUrl?: string | undefined
  /** Where traces and metrics are configured. */
  telemetry?: Pick<Telemetry, 'startRequest'> | undefined
}

export interface AppEnv {
  Variables: {
    requestId: string
    /** What the request's spans and log lines belong to, if it came with a trace or one is kept. */
    trace?: TraceContext
    authenticate: Authenticate
    log: (entry: LogEntry) => void
    publicUrl: string | undefined
    /** Set by `allow()`. */
    caller: Caller
    /** Set by `allow()` when it refuses: the `WWW-Authenticate` of the answer. */
    challenge?: string
    /** To be set by an upload before it waits for the verdict: a bad one is 422 then. */
    uploaded?: boolean
  }
  /** Node's own request and response, where the app runs behind `@hono/node-server`. */
  Bindings: {
    /** `originalUrl` is what Express keeps of the target, under the Functions Framework. */
    incoming?: IncomingMessage & { originalUrl?: string }
    outgoing?: ServerResponse
  }
}

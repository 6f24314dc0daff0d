import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Telemetry, TraceContext } from '../observability/telemetry.ts'
import type { Caller } from '../model/access.ts'
import type { LogEntry } from '../observability/log.ts'
import type { FileBody } from './server/file-body.ts'
import type { Authenticate, Scope } from './auth/identity.ts'

/** The dependencies of every HTTP function besides its ports. */
export interface HttpContext {
  authenticate: Authenticate
  log: (entry: LogEntry) => void
  /** Origins whose pages may call the API; empty for none. */
  corsOrigins: readonly string[]
  /** The URL of the service for callers in front of its proxy; it may have a path. */
  publicUrl?: string | undefined
  /** The longest body that is announced by `Content-Length`. A longer one is sent in chunks. Default: no limit. */
  maxAnnouncedBytes?: number | undefined
  /** Set if traces and metrics are configured. */
  telemetry?: Pick<Telemetry, 'startRequest'> | undefined
}

export interface AppEnv {
  Variables: {
    requestId: string
    /** The trace of the request's spans and log lines: its own, or the one that the caller sent. */
    trace?: TraceContext
    authenticate: Authenticate
    log: (entry: LogEntry) => void
    publicUrl: string | undefined
    /** Set by `allow()`. */
    caller: Caller
    /** Set by `allow()`. */
    scopes: ReadonlySet<Scope>
    /** When the token ends, set by `allow()`. Undefined for an identity without an end. */
    expiresAt: Date | undefined
    /** The `WWW-Authenticate` of the answer, set by `allow()` when it rejects a request. */
    challenge?: string
    /** Set if the error rejects the bytes of this request: the status of a bad verdict is then 422, not 403. */
    uploaded?: boolean
  }
  /** Node's request and response, if the app runs behind `@hono/node-server`. */
  Bindings: {
    /** `originalUrl` is the target as Express received it, under the Functions Framework. */
    incoming?: IncomingMessage & { originalUrl?: string }
    outgoing?: ServerResponse
    /** The body that the listener writes itself, set by the handler. The key is missing if the listener cannot write files. */
    fileBody?: FileBody | undefined
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Telemetry, TraceContext } from '../telemetry/telemetry.ts'
import type { Caller } from '../workspace/access.ts'
import type { Authenticate } from './auth.ts'

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

/** One structured line, in the words of Cloud Logging. */
export interface LogEntry {
  severity: 'INFO' | 'WARNING' | 'ERROR'
  message: string
  /** The `instance` of a problem and `X-Request-Id` of an answer. */
  requestId?: string
  trace?: TraceContext | undefined
  httpRequest?: LoggedRequest
  [field: string]: unknown
}

/** `LogEntry.httpRequest` of Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest): 64-bit numbers and durations are text. */
export interface LoggedRequest {
  requestMethod: string
  /** Without its query, and without any part that is a permission. */
  requestUrl: string
  status: number
  latency: `${string}s`
  requestSize?: string | undefined
  responseSize?: string | undefined
  userAgent?: string | undefined
  remoteIp?: string | undefined
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

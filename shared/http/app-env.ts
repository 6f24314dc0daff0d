import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../workspace/access.ts'
import type { Authenticate } from './auth.ts'

/** What every HTTP function needs besides its ports. */
export interface HttpContext {
  authenticate: Authenticate
  log: (entry: LogEntry) => void
  /** Origins whose pages may call; empty for none. */
  corsOrigins: readonly string[]
  /** The origin that callers reach the service at, where that is not the one it is asked at (a proxy in front). */
  publicUrl?: string | undefined
}

/** One structured line, in the words of Cloud Logging. */
export interface LogEntry {
  severity: 'INFO' | 'WARNING' | 'ERROR'
  message: string
  [field: string]: unknown
}

export interface AppEnv {
  Variables: {
    requestId: string
    authenticate: Authenticate
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

import type { TraceContext } from './telemetry.ts'

/** A structured log line with the field names of Cloud Logging. */
export interface LogEntry {
  severity: 'INFO' | 'WARNING' | 'ERROR'
  message: string
  /** The `instance` of a problem and `X-Request-Id` of an answer. */
  requestId?: string
  trace?: TraceContext | undefined
  httpRequest?: LoggedRequest
  [field: string]: unknown
}

/** `LogEntry.httpRequest` of Cloud Logging (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest): 64-bit numbers and durations are strings. */
interface LoggedRequest {
  requestMethod: string
  /** Without the query and without any credential. */
  requestUrl: string
  status: number
  latency: `${string}s`
  requestSize?: string | undefined
  responseSize?: string | undefined
  userAgent?: string | undefined
  remoteIp?: string | undefined
}

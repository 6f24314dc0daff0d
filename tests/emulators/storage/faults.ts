import type { IncomingMessage } from 'node:http'

/** The fault of a request. */
export type Fault =
  /** Answers this status immediately. */
  | {
      kind: 'status'
      status: number
      message?: string
      reason?: string
      /** `Retry-After` */
      retryAfter?: string
    }
  /** Resets the connection: before the request is handled, or after so many bytes of a request or response body. */
  | { kind: 'reset'; afterBytes?: number }
  /** Stalls with an open connection: from the start, or after so many bytes of the response body. */
  | { kind: 'stall'; afterBytes?: number }
  /** Ends the response body early without an error. */
  | { kind: 'truncate'; afterBytes: number }
  /** Corrupts bytes of the request or response body. */
  | { kind: 'corrupt' }
  /** Handles the request, then resets the connection before the response. */
  | { kind: 'lost-answer' }
  /** Handles the request, then truncates its response. */
  | { kind: 'cut'; at: Cut }
  /** Handles the request, then answers this status, like a gateway. */
  | { kind: 'late-status'; status: number; retryAfter?: string }

/**
 * Where a response is truncated: the connection is reset after the header fields, in a body of a known length, or in a
 * chunked body, or a chunked body ends early without an error.
 */
export type Cut = 'headers' | 'length' | 'chunked' | 'ended'

export interface FaultRule {
  fault: Fault
  method?: string
  /** Tested against path and query. */
  url?: RegExp
  contentRange?: RegExp
  /** How many matching requests it affects. Default: 1. */
  times?: number
}

/** The planned faults. At most one applies to a request. */
export class Faults {
  #rules: FaultRule[] = []

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule })
  }

  /** Removes and returns the fault for a request. */
  take(request: IncomingMessage): Fault | undefined {
    const rule = this.#rules.find(
      ({ method, url, contentRange, times = 1 }) =>
        times > 0 &&
        (method === undefined || method === request.method) &&
        (url === undefined || url.test(request.url ?? '')) &&
        (contentRange === undefined || contentRange.test(request.headers['content-range'] ?? '')),
    )
    if (rule) rule.times = (rule.times ?? 1) - 1
    return rule?.fault
  }

  /** Removes the remaining faults. */
  clear(): void {
    this.#rules = []
  }

  /** The number of remaining faults. */
  get left(): number {
    return this.#rules.reduce((sum, { times = 1 }) => sum + times, 0)
  }
}

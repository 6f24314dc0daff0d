import type { IncomingMessage } from 'node:http'

/** What goes wrong with a request. */
export type Fault =
  /** It is answered with this status at once. */
  | {
      kind: 'status'
      status: number
      message?: string
      reason?: string
      /** `Retry-After` */
      retryAfter?: string
    }
  /** The connection is reset: before anything happens, or after so many bytes of the body, either way it flows. */
  | { kind: 'reset'; afterBytes?: number }
  /** Nothing more comes, and the connection stays open: from the start, or after so many bytes of the answer's body. */
  | { kind: 'stall'; afterBytes?: number }
  /** The answer's body ends early, as if that were its end. */
  | { kind: 'truncate'; afterBytes: number }
  /** The body has wrong bytes, either way it flows. */
  | { kind: 'corrupt' }
  /** It is carried out, and the connection is reset before the answer. */
  | { kind: 'lost-answer' }
  /** It is carried out, and its answer is cut. */
  | { kind: 'cut'; at: Cut }
  /** It is carried out, and a gateway answers this status in place of the answer. */
  | { kind: 'late-status'; status: number; retryAfter?: string }

/**
 * Where an answer is cut: the connection is reset after the header fields, within a body of a known length, or within a
 * chunked body; or a chunked body ends in the middle as if that were its end.
 */
export type Cut = 'headers' | 'length' | 'chunked' | 'ended'

export interface FaultRule {
  fault: Fault
  method?: string
  /** Tested against path and query. */
  url?: RegExp
  contentRange?: RegExp
  /** How many matching requests it hits; 1 by default. */
  times?: number
}

/** The faults that are still to come; each request meets at most one. */
export class Faults {
  #rules: FaultRule[] = []

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule })
  }

  /** Takes the fault that a request meets. */
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

  /** Drops the faults that have not been met. */
  clear(): void {
    this.#rules = []
  }

  /** How many faults have not been met. */
  get left(): number {
    return this.#rules.reduce((sum, { times = 1 }) => sum + times, 0)
  }
}

import type { IncomingMessage } from 'node:http'

/** What goes wrong with a request. */
export type Fault =
  /** It is answered with this status at once. */
  | { kind: 'status'; status: number; message?: string; reason?: string }
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

  /** How many faults have not been met. */
  get left(): number {
    return this.#rules.reduce((sum, { times = 1 }) => sum + times, 0)
  }
}

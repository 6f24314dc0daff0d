import { Refusal, type Code } from './refusal.ts'

/** The calls that can fail, in lower camel case. */
export type Method =
  | 'batchGetDocuments'
  | 'beginTransaction'
  | 'commit'
  | 'rollback'
  | 'runQuery'
  | 'runAggregationQuery'
  | 'listen'

export interface Fault {
  code: Code
  message?: string
  /** The call takes effect, but its response is lost. */
  applied?: boolean
  /** How many calls fail. Default: 1. */
  times?: number
}

/** Planned failures, each for the next calls of one kind. */
export class Faults {
  latencyMs = 0
  /** Queries return at most this many documents, as if their stream had ended early. */
  maxDocuments = Infinity
  readonly #planned: { method: Method; fault: Fault; left: number }[] = []

  plan(method: Method, fault: Fault): void {
    this.#planned.push({ method, fault, left: fault.times ?? 1 })
  }

  /** Forgets all planned failures. */
  clear(): void {
    this.#planned.length = 0
  }

  /** Runs a call, or fails it before or after its effect. */
  async around<Answer>(method: Method, call: () => Answer): Promise<Answer> {
    const planned = this.#planned.find((one) => one.method === method && one.left > 0)
    if (planned) planned.left -= 1
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs))
    if (planned && !planned.fault.applied) throw refusalOf(planned.fault)
    const answer = call()
    if (planned) throw refusalOf(planned.fault)
    return answer
  }
}

function refusalOf({ code, message }: Fault): Refusal {
  return new Refusal(code, message ?? 'A fault that the test asked for.')
}

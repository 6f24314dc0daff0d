import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from './errors.ts'
import type { Fault } from './faults.ts'

/** One request, its answer, and the fault that it meets on the way. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly query: URLSearchParams
  readonly fault: Fault | undefined

  constructor(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined) {
    const url = new URL(request.url ?? '/', 'http://storage')
    this.request = request
    this.response = response
    this.path = url.pathname
    this.query = url.searchParams
    this.fault = fault
  }

  answer(status: number, body: unknown): void {
    if (this.#isLost()) return
    sendJson(this.response, status, body)
  }

  answerEmpty(status: number, headers: Record<string, string>): void {
    if (this.#isLost()) return
    this.response.writeHead(status, { ...headers, 'Content-Length': 0 })
    this.response.end()
  }

  #isLost(): boolean {
    if (this.fault?.kind !== 'lost-answer') return false
    this.request.socket.resetAndDestroy()
    return true
  }
}

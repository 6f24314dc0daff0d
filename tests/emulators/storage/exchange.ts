import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendCut } from './cut-answer.ts'
import { ApiRefusal, sendJson } from './errors.ts'
import type { Fault } from './faults.ts'

/** One request, its response and its fault. */
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
    if (this.fault?.kind === 'cut') {
      const headers = { 'Content-Type': 'application/json; charset=UTF-8' }
      const answer = { status, headers, body: Buffer.from(JSON.stringify(body)) }
      return sendCut(this.response, answer, this.fault.at)
    }
    sendJson(this.response, status, body)
  }

  answerEmpty(status: number, headers: Record<string, string> = {}): void {
    if (this.#isLost()) return
    // Without a body, drop the whole response.
    if (this.fault?.kind === 'cut') return void this.request.socket.resetAndDestroy()
    this.response.writeHead(status, { ...headers, ...(status !== 204 && { 'Content-Length': 0 }) })
    this.response.end()
  }

  /** Applies a fault that occurs before the request is handled. True if no response follows. */
  meetsFault(): boolean {
    const { fault, request } = this
    if (fault?.kind === 'status') {
      request.resume()
      throw new ApiRefusal(fault.status, fault.message ?? 'Backend Error', fault)
    }
    const isMidway = fault && 'afterBytes' in fault && fault.afterBytes !== undefined
    if (isMidway) return false
    if (fault?.kind === 'reset') request.socket.resetAndDestroy()
    return fault?.kind === 'reset' || fault?.kind === 'stall'
  }

  /** Whether the response is lost, or replaced by that of a gateway. */
  #isLost(): boolean {
    if (this.fault?.kind === 'late-status') {
      const { status, retryAfter } = this.fault
      throw new ApiRefusal(status, 'Backend Error', { retryAfter })
    }
    if (this.fault?.kind !== 'lost-answer') return false
    this.request.socket.resetAndDestroy()
    return true
  }
}

import { once } from 'node:events'
import {
  Agent,
  request as open,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Body } from './body.ts'

const agent = new Agent({ keepAlive: true })

export interface Request {
  method: string
  url: string
  headers?: Record<string, string>
  body?: Body
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** From the first byte sent to the last byte received. */
  seconds: number
  /** From the last byte sent to the last byte received. */
  secondsAfterBody: number
}

/** Sends one request and reads its response. Throws unless it succeeds. */
export async function send(request: Request): Promise<Answer> {
  const startedAt = performance.now()
  const { response, sentAt } = await exchange(request)
  const text = Buffer.concat(await response.toArray()).toString()
  const endedAt = performance.now()
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) {
    throw new Error(`${request.method} ${request.url} answered ${status}: ${text}`)
  }
  return {
    status,
    headers: response.headers,
    text,
    seconds: (endedAt - startedAt) / 1000,
    secondsAfterBody: (endedAt - sentAt) / 1000,
  }
}

interface Exchange {
  response: IncomingMessage
  sentAt: number
}

async function exchange({ method, url, headers = {}, body }: Request): Promise<Exchange> {
  const length = body === undefined ? {} : { 'Content-Length': body.bytes }
  const outgoing = open(url, { agent, method, headers: { ...headers, ...length } })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  const [[response], sentAt] = await Promise.all([answered, sendBody(outgoing, body)])
  return { response, sentAt }
}

async function sendBody(outgoing: ClientRequest, body: Body | undefined): Promise<number> {
  if (body === undefined) outgoing.end()
  else await pipeline(Readable.from(body.chunks()), outgoing)
  return performance.now()
}

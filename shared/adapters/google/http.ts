import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'

export interface HttpRequest {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  signal?: AbortSignal
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: IncomingMessage
}

/** An HTTP response that is not a success. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly response: { status: number; headers: IncomingHttpHeaders; data: unknown }

  /** `content` is the text of the body, which is parsed if it is JSON. */
  constructor({ status, headers }: HttpResponse, content: string) {
    const data = parsed(content)
    super(messageOf(data) ?? `The response has the status ${status}`)
    this.response = { status, headers, data }
  }
}

/** A failure to retry that is neither an HTTP status nor a network error. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

/**
 * Sends a request, and resolves when the head of the response has arrived. Uses Node's client and not `fetch`, which copies
 * bodies and adds a web stream to responses.
 */
export async function send(
  url: string,
  { method = 'GET', headers = {}, body, signal }: HttpRequest = {},
): Promise<HttpResponse> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const length = body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` }
  const outgoing = request(url, {
    method,
    headers: { ...headers, ...length },
    ...(signal && { signal }),
  })
  // After the response, an error also ends its body.
  outgoing.on('response', resolve).on('error', reject).end(body)
  const incoming = await promise
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming }
}

export function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300
}

/** The JSON of a response. Throws an `HttpError` unless it is a success, and a `TransientError` if it was cut off. */
export async function jsonOf(response: HttpResponse): Promise<unknown> {
  const content = await text(response.body)
  if (!isSuccess(response)) throw new HttpError(response, content)
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new TransientError('The response is incomplete', { cause })
  }
}

export function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** The message of an error in the form of Google's APIs (https://cloud.google.com/apis/design/errors#http_mapping). */
function messageOf(data: unknown): string | undefined {
  const { error } = Object(data) as { error?: unknown }
  const { message } = Object(error) as { message?: unknown }
  return typeof message === 'string' ? message : undefined
}

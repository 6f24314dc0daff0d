import { request } from 'node:http'
import { connect } from 'node:net'

export interface RawResponse {
  status: number
  headers: Headers
  body: string
}

export interface RawRequest {
  method: string
  /** The request target on the wire. It is not encoded or normalized. */
  target: string
  /** `Host` and `Connection: close` are added to version 1.1. */
  version?: '1.0' | '1.1'
  /** Header lines in order. Duplicates are allowed. */
  headers?: [string, string][]
  body?: string | Uint8Array
  /** Destroys the connection after the last write, without waiting for an answer. */
  hangUp?: boolean
}

/**
 * Sends a request that HTTP clients refuse to send, and reads until the connection closes. Resolves to undefined if the answer
 * is not an HTTP response.
 */
export function rawRequest(
  origin: string | URL,
  raw: RawRequest,
): Promise<RawResponse | undefined> {
  const { host } = new URL(origin)
  const { version = '1.1', headers = [] } = raw
  const added = [
    ['Host', host],
    ['Connection', 'close'],
  ]
  const lines = version === '1.1' ? [...added, ...headers] : headers
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const text = exchange(origin, `${raw.method} ${raw.target} HTTP/${version}\r\n${head}\r\n`, raw)
  return text.then(parseResponse)
}

/** Writes these bytes and reads until the connection closes. Resolves to the received bytes as latin1 text. */
export function exchange(
  origin: string | URL,
  head: string,
  { body = '', hangUp = false }: Pick<RawRequest, 'body' | 'hangUp'> = {},
): Promise<string> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    const received: Buffer[] = []
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer within 20 s')))
    socket.on('data', (chunk) => received.push(chunk))
    socket.on('error', (error) => (received.length > 0 ? undefined : reject(error)))
    socket.on('close', () => resolve(Buffer.concat(received).toString('latin1')))
    socket.write(head, 'latin1')
    if (hangUp) socket.write(body, () => socket.destroy())
    else socket.write(body)
  })
}

function parseResponse(text: string): RawResponse | undefined {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]
  if (end < 0 || status === undefined) return undefined
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const body = text.slice(end + 4)
  const chunked = headers.get('transfer-encoding') === 'chunked'
  return { status: Number(status), headers, body: chunked ? unchunk(body) : body }
}

function unchunk(text: string): string {
  let body = ''
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (!(size > 0)) break
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
  return body
}

export interface HeldRequest {
  /** Resolves once the bytes have left this process. */
  write(chunk: string | Uint8Array): Promise<void>
  /** Ends the body. Resolves to the answer. */
  finish(chunk?: string | Uint8Array): Promise<Response>
  /** Resolves to the answer, even if it arrives before the end of the body. */
  answered: Promise<Response>
  /** Destroys the connection. */
  cut(): void
}

/** Starts a request whose body the test sends in pieces. */
export function holdRequest(
  url: string | URL,
  method: string,
  headers: Record<string, string>,
): HeldRequest {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Response>()
  const outgoing = request(url, { method, headers, agent: false })
  outgoing.flushHeaders()
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', reject)
    incoming.on('end', () => {
      const received = new Headers()
      for (const [name, values] of Object.entries(incoming.headersDistinct)) {
        for (const value of values ?? []) received.append(name, value)
      }
      resolve(
        new Response(Buffer.concat(chunks), {
          status: incoming.statusCode ?? 500,
          headers: received,
        }),
      )
    })
  })
  // Tests that destroy the connection ignore the answer.
  answered.catch(() => undefined)
  return {
    answered,
    write: (chunk) =>
      new Promise((resolve) => {
        outgoing.write(chunk, () => resolve())
      }),
    finish: (chunk) => {
      outgoing.end(chunk)
      return answered
    },
    cut: () => outgoing.destroy(),
  }
}

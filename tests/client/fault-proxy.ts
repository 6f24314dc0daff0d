import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What happens to one request that carries bytes of a file. */
export type Fault =
  /** The service receives the request, and its answer is lost. */
  | 'lose-answer'
  /** The connection ends before the service receives anything. */
  | 'cut-before'
  /** The connection ends after half of the bytes. */
  | 'cut-half'
  /** The service receives half of the bytes, and says so. */
  | 'half'
  | { status: number; retryAfter?: string }
  /** Runs first: its request goes to the service. */
  | ((origin: string, path: string) => Promise<void>)

interface Options {
  /** The API. */
  api: string
  /** Where the API sends bytes to, if not to itself. */
  storage?: string | undefined
  /** Answers paths outside of both. */
  page?: (path: string, response: ServerResponse) => boolean
}

/**
 * A proxy in front of the API and its storage. It counts the bytes of files, and applies a fault to each request that carries
 * some: `faults[n]` to the request n, or the last one's result to all.
 */
export class FaultProxy implements AsyncDisposable {
  url = ''
  /** Bytes of files that clients sent. */
  sentBytes = 0
  /** Requests that carried bytes of a file. */
  requests = 0
  /** The fault of each such request, from the next one on. */
  faults: (Fault | undefined)[] = []
  /** The fault of each request that opens a session, from the next one on. */
  openFaults: (Fault | undefined)[] = []
  /** Refuses every connection. */
  isDown = false
  readonly #options: Options
  readonly #server = createServer((incoming, outgoing) => {
    this.#handle(incoming, outgoing).catch(() => outgoing.destroy())
  })

  private constructor(options: Options) {
    this.#options = options
  }

  static async start(options: Options): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    proxy.url = `http://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}`
    return proxy
  }

  reset(): void {
    this.faults = []
    this.openFaults = []
    this.sentBytes = 0
    this.requests = 0
    this.isDown = false
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (this.isDown) return void incoming.socket.destroy()
    // Chromium itself repeats a request that was cut on a connection that it has used before.
    outgoing.shouldKeepAlive = false
    const { url: path = '', method = '', headers } = incoming
    const { api, storage, page } = this.#options
    if (page?.(path, outgoing)) return
    const origin = path.startsWith('/api/workspace') ? api : (storage ?? api)
    const carries = isUpload(method, path) && headers['content-length'] !== '0'
    const isOpening = method === 'POST' && path === '/api/workspace/uploads'
    const fault = carries ? this.faults[this.requests] : isOpening && this.openFaults.shift()
    if (carries) this.requests += 1
    if (typeof fault === 'function') await fault(origin, path)
    if (fault === 'cut-before') return void incoming.socket.destroy()
    if (fault === 'cut-half') return this.#takeHalf(incoming)
    const body = await buffer(incoming)
    if (carries) this.sentBytes += body.length
    if (typeof fault === 'object') {
      const { status, retryAfter } = fault
      outgoing.writeHead(status, retryAfter === undefined ? {} : { 'Retry-After': retryAfter })
      return void outgoing.end()
    }
    const answer = await this.#forward(origin, incoming, fault === 'half' ? halfOf(body) : body)
    if (fault === 'lose-answer') return void incoming.socket.destroy()
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }

  /** Reads half of a body, and ends the connection. */
  async #takeHalf(incoming: IncomingMessage): Promise<void> {
    const half = Number(incoming.headers['content-length']) / 2
    let taken = 0
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      taken += chunk.length
      if (taken >= half) break
    }
    this.sentBytes += taken
    incoming.socket.destroy()
  }

  /** Forwards a request. Addresses of the storage in the answer become addresses of this proxy. */
  async #forward(origin: string, incoming: IncomingMessage, body: Buffer) {
    const { method = '', headers } = incoming
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(host|connection|content-length|content-range)$/.test(name),
    )
    const range = headers['content-range']
    const response = await fetch(origin + (incoming.url ?? ''), {
      method,
      redirect: 'manual',
      headers: [
        ...passed.map(([name, value]): [string, string] => [name, String(value)]),
        ...(typeof range === 'string'
          ? [['content-range', rangeOf(range, body)] as [string, string]]
          : []),
      ],
      body: method === 'GET' || method === 'HEAD' ? null : new Uint8Array(body),
    })
    const text = Buffer.from(await response.arrayBuffer())
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const rewritten = isJson ? this.#rewrite(text.toString()) : text
    const kept = [...response.headers].filter(
      ([name]) => !/^(connection|content-length|content-encoding|transfer-encoding)$/.test(name),
    )
    return { status: response.status, headers: kept.flat(), body: rewritten }
  }

  #rewrite(json: string): string {
    const { api, storage } = this.#options
    const own = json.replaceAll(api, this.url)
    return storage === undefined ? own : own.replaceAll(storage, this.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Requests that carry a file: chunks, forms and raw bodies. */
function isUpload(method: string, path: string): boolean {
  if (method === 'PUT') return /\/uploads\/|upload_id=|\/content\//.test(path)
  return method === 'POST' && /\/api\/workspace\/files(\?|$)/.test(path)
}

const multiple = 256 * 1024

function halfOf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2 / multiple) * multiple)
}

/** The range of the bytes that are forwarded. */
function rangeOf(range: string, body: Buffer): string {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []
  return first === undefined ? range : `bytes ${first}-${Number(first) + body.length - 1}/${total}`
}

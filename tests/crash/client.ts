import { setTimeout } from 'node:timers/promises'

/** One user of the service, whose address changes with every start. */
export interface Client {
  origin: string
  readonly user: string
}

export interface Call {
  headers?: Record<string, string>
  body?: Buffer | FormData
  json?: unknown
}

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
}

const deadlineMs = 30_000
const pollMs = 20

/** The connection ended without an answer: whoever asked does not know what has happened. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** A request to a route below the API's base, or to an absolute URL. An answer that breaks off counts by its status. */
export async function call(
  { origin, user }: Client,
  request: `${string} ${string}`,
  { headers = {}, body, json }: Call = {},
): Promise<Answer> {
  const [method = '', target = ''] = request.split(' ')
  const url = target.startsWith('/') ? `${origin}/api/workspace${target}` : target
  const sent = json === undefined ? body : JSON.stringify(json)
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer local:${user}`,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: Buffer.isBuffer(sent) ? new Uint8Array(sent) : (sent ?? null),
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  }).catch((error: unknown) => {
    throw new ConnectionLost(`${request} got no answer`, { cause: error })
  })
  const bytes = await response.arrayBuffer().catch(() => new ArrayBuffer(0))
  return { status: response.status, headers: response.headers, bytes: Buffer.from(bytes) }
}

/** The body as JSON; undefined where there is none, or it broke off. */
export function jsonOf({ bytes }: Answer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** `/content/…` with each segment percent-encoded. */
export function contentRoute(path: string): string {
  return `/content${path.split('/').map(encodeURIComponent).join('/')}`
}

/** Asks until the answer is yes; false where it is not within the deadline. */
export async function eventually(ask: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + deadlineMs
  while (Date.now() < deadline) {
    if (await ask()) return true
    await setTimeout(pollMs)
  }
  return false
}

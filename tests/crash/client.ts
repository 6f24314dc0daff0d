import { setTimeout } from 'node:timers/promises'

/** One user of the service. The address of the service changes with every start. */
export interface Client {
  origin: string
  readonly user: string
}

export interface Call {
  headers?: Record<string, string>
  body?: Buffer | FormData
  json?: unknown
}

/** A complete response. */
export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
}

const deadlineMs = 30_000
const pollMs = 20

/** The connection ended without a response, so the result of the request is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** Sends a request to a route below the API's base, or to an absolute URL. An incomplete response counts by its status. */
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

/** The body as JSON. Undefined if it is missing or incomplete. */
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

/** Polls until the condition holds. False if it does not within the deadline. */
export async function eventually(ask: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + deadlineMs
  while (Date.now() < deadline) {
    if (await ask()) return true
    await setTimeout(pollMs)
  }
  return false
}

import type { Connection, Query } from './connection.ts'

/** Options of a request. Other members become query parameters. */
export type Sent = {
  signal?: AbortSignal | undefined
  /** The most seconds to wait for a verdict or the end of an operation. */
  wait?: number | undefined
  /** The checksum that the file must have. */
  ifMatch?: string | undefined
  /** Requests with the same key open one upload. */
  key?: string | undefined
  /** Sent as JSON. */
  body?: object
}

/**
 * Sends a request such as `POST /imports`, and resolves to the JSON of its answer. Repeats `GET` and `DELETE` after transient
 * failures, because they may arrive twice.
 */
export async function request<Result>(
  { call, persist }: Connection,
  what: string,
  { signal, wait, ifMatch, key, body, ...query }: Sent & Query = {},
): Promise<Result> {
  const [method = '', route = ''] = what.split(' ')
  const { text } = await (/GET|DELETE/.test(method) ? persist : call)({
    method,
    route,
    query,
    signal,
    headers: {
      Accept: 'application/json',
      Prefer: wait === undefined ? wait : `wait=${wait}`,
      'If-Match': ifMatch && `"${ifMatch}"`,
      'Idempotency-Key': key,
      'Content-Type': body && 'application/json',
    },
    body: body && JSON.stringify(body),
  })
  return JSON.parse(text || 'null') as Result
}

export type Streamed = {
  /** Default: `GET`. */
  method?: string
  /** Sent as JSON. */
  body?: object
  signal?: AbortSignal | undefined
  headers?: Record<string, string | undefined>
}

/** Reads a route, and resolves to its answer as `fetch` does. The other options become the query. */
export function stream(
  connection: Connection,
  route: string,
  { signal, headers, method = 'GET', body, ...query }: Streamed & Query = {},
): Promise<Response> {
  const call = { method, route, query, signal }
  if (!body) return connection.stream({ ...call, headers })
  const json = { ...headers, 'Content-Type': 'application/json' }
  return connection.stream({ ...call, headers: json, body: JSON.stringify(body) })
}

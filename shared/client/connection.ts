import { errorOf } from './coffer-error.ts'
import { rest } from './retry.ts'
import { answerOf, byFetch, senderOf, type Request, type Send } from './transport.ts'
import type { Answer, CofferOptions, RetryOptions } from './types.ts'

/** Parameters of a route. Joins arrays with commas and omits undefined values. */
export type Query = Record<string, unknown>

interface Call extends Omit<Request, 'url' | 'headers'> {
  /** Below `/api/workspace`. */
  route: string
  query?: Query | undefined
  headers?: Record<string, string | undefined> | undefined
}

/** The service with the caller's token. The token goes to no other address. */
export interface Connection {
  readonly base: string
  readonly session: string | undefined
  readonly retry: RetryOptions
  /** Sends a request with the token, once. Throws a `CofferError` for a refusal. */
  call: (call: Call) => Promise<Answer>
  /** The same, repeated after transient failures. Only for requests that may arrive twice. */
  persist: (call: Call) => Promise<Answer>
  /** Sends a request without the token. Resolves for every status. */
  send: Send
  /** A request whose answer is a stream. */
  stream: (call: Call) => Promise<Response>
  token: (refresh?: boolean) => Promise<string | undefined>
}

export function connect(options: CofferOptions): Connection {
  const { baseUrl, session, token: ask, fetch: fetcher = fetch } = options
  const base = `${new URL(baseUrl).href.replace(/\/$/, '')}/api/workspace`
  const send = senderOf(options.fetch)
  const retry = { attempts: 8, firstMs: 500, maxMs: 30_000, ...options.retry }
  const token = async (refresh = false) => ask?.({ refresh })

  /** Repeats a request that was answered 401 with a refreshed token, once. */
  const authorized = async <Result extends { status: number }>(
    { route, query, headers, ...request }: Call,
    pass: (request: Request) => Promise<Result>,
    refresh = false,
  ): Promise<Result> => {
    const bearer = await token(refresh)
    const text = new URLSearchParams(given(query)).toString()
    const answer = await pass({
      ...request,
      url: base + route + (text && `?${text}`),
      headers: given({ ...headers, Authorization: bearer && `Bearer ${bearer}` }),
    })
    if (answer.status !== 401 || ask === undefined || refresh) return answer
    return authorized({ route, query, headers, ...request }, pass, true)
  }

  const call = async (call: Call) => {
    const answer = await authorized(call, send)
    if (answer.status >= 300) throw errorOf(answer)
    return answer
  }
  const persist = async (request: Call) => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await call(request)
      } catch (error) {
        if (failures >= retry.attempts) throw error
        await rest(error, failures, retry, request.signal)
      }
    }
  }
  const stream = async (call: Call) => {
    const response = await authorized(call, (request) => byFetch(fetcher, request, (it) => it))
    if (response.ok || response.status === 304) return response
    throw errorOf(await answerOf(response))
  }
  return { base, session, retry, call, persist, send, stream, token }
}

/** Converts the defined fields to text. */
function given(fields: Query = {}): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

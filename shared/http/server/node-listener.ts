import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Hono } from 'hono'
import { invalid, type WorkspaceError } from '../../model/errors.ts'
import type { AppEnv, HttpContext } from '../app-env.ts'
import { clientHasLeft } from './client-has-left.ts'
import { problemResponse } from '../problem.ts'
import { publicPath, withoutPublicPath } from '../target.ts'

/** The app as a listener of Node's HTTP server; what never becomes a request of the app is refused in its words too. */
export function nodeListener(
  app: Hono<AppEnv>,
  { log, publicUrl }: Pick<HttpContext, 'log' | 'publicUrl'>,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  // What is thrown without being an Error, such as the reason of a signal, passes the app's own handler by.
  const answer: typeof app.fetch = async (request, env) => {
    try {
      return await app.fetch(request, env)
    } catch (error) {
      if (clientHasLeft(error, request.signal)) return new Response(null, { status: 400 })
      throw error
    }
  }
  const listen = getRequestListener((request, env) => answer(request, env), {
    errorHandler(error) {
      const requestId = randomUUID()
      const refused = error instanceof RequestError
      log({
        severity: refused ? 'INFO' : 'ERROR',
        message: refused ? `The request was refused: ${error.message}` : 'The app itself failed',
        requestId,
        stack_trace: refused ? undefined : inspect(error),
      })
      const response = problemResponse(refused ? refusalOf(error) : error, { requestId })
      response.headers.set('X-Request-Id', requestId)
      response.headers.set('X-Content-Type-Options', 'nosniff')
      return response
    },
  })
  const path = publicPath(publicUrl)
  return (incoming, outgoing) => {
    addressed(incoming, path)
    return listen(incoming, outgoing)
  }
}

/**
 * Gives a request what HTTP/1.0 clients leave out, and what the app cannot route: `Host`, for which the address that was
 * asked stands in (RFC 9112 §3.2 requires it of HTTP/1.1 only, and lets it be empty), and `OPTIONS *`, which asks for the
 * server as a whole (RFC 9110 §9.3.7). Takes the path of `PUBLIC_URL` off.
 */
function addressed(incoming: IncomingMessage & { originalUrl?: string }, path: string): void {
  const { headers, socket, httpVersion, method, url } = incoming
  const isHostless = headers.host === '' || (headers.host === undefined && httpVersion < '1.1')
  if (isHostless) {
    headers.host = `${hostOf(socket.localAddress ?? 'localhost')}:${socket.localPort}`
  }
  const target = method === 'OPTIONS' && url === '*' ? '/' : (url ?? '/')
  incoming.url = withoutPublicPath(target, path)
  if (incoming.originalUrl !== undefined) {
    incoming.originalUrl = withoutPublicPath(incoming.originalUrl, path)
  }
}

/** An address as the host of a URL: a mapped IPv4 address as IPv4, an IPv6 address without its zone. */
function hostOf(address: string): string {
  const plain = address
    .replace(/^::ffff:(?=[\d.]+$)/, '')
    .split('%', 1)
    .join('')
  return plain.includes(':') ? `[${plain}]` : plain
}

function refusalOf({ message }: RequestError): WorkspaceError {
  if (/backslash/i.test(message)) return invalid('path', 'must not contain "\\"')
  const host = 'the host and port of the URL, once (RFC 9110 §7.2)'
  return /host header/i.test(message)
    ? invalid('Host', `must be ${host}`)
    : invalid('target', `must be a path or an http or https URL; Host must be ${host}`)
}

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { getRequestListener, RequestError, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { invalid, type WorkspaceError } from '../../model/errors.ts'
import type { AppEnv, HttpContext } from '../app-env.ts'
import { sendFileBody } from './file-body.ts'
import { isClientAbort } from './client-abort.ts'
import { problemResponse } from '../problem.ts'
import { publicPath, withoutPublicPath } from '../target.ts'

type ListenerContext = Pick<HttpContext, 'log' | 'publicUrl' | 'maxAnnouncedBytes'>

/** The app as a listener of Node's HTTP server. Answers a problem also for requests that do not reach the app. */
export function nodeListener(
  app: Hono<AppEnv>,
  { log, publicUrl, maxAnnouncedBytes }: ListenerContext,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  // Hono's error handler receives only instances of Error; the reason of a signal may be another value.
  const answer = async (request: Request, { incoming, outgoing }: HttpBindings) => {
    const env: AppEnv['Bindings'] = { incoming, outgoing, fileBody: undefined }
    try {
      const response = await app.fetch(request, env)
      if (env.fileBody) return await sendFileBody(response, env.fileBody, outgoing)
      if (maxAnnouncedBytes !== undefined && request.method !== 'HEAD') {
        sendLongInChunks(response, maxAnnouncedBytes)
      }
      return response
    } catch (error) {
      await env.fileBody?.file.close()
      if (isClientAbort(error, request.signal)) return new Response(null, { status: 400 })
      throw error
    }
  }
  const listen = getRequestListener((request, env) => answer(request, env as HttpBindings), {
    errorHandler(error) {
      const requestId = randomUUID()
      const refused = error instanceof RequestError
      log({
        severity: refused ? 'INFO' : 'ERROR',
        message: refused
          ? `The request was refused: ${error.message}`
          : 'The app failed outside its error handler',
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
    normalizeTarget(incoming, path)
    return listen(incoming, outgoing)
  }
}

/** Removes the length of a long body. Node then sends it in chunks (RFC 9112 §7.1). A range still has `Content-Range`. */
function sendLongInChunks({ headers }: Response, maxAnnouncedBytes: number): void {
  if (Number(headers.get('Content-Length') ?? 0) > maxAnnouncedBytes) {
    headers.delete('Content-Length')
  }
}

/**
 * Prepares a request for the app. Sets a missing or empty `Host` to the local address (RFC 9112 §3.2 requires the header only of
 * HTTP/1.1 and allows it to be empty). Routes `OPTIONS *` (RFC 9110 §9.3.7) to `/`. Removes the path of `PUBLIC_URL`.
 */
function normalizeTarget(incoming: IncomingMessage & { originalUrl?: string }, path: string): void {
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

/** An address as the host of a URL: a mapped IPv4 address as IPv4, and an IPv6 address without its zone. */
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

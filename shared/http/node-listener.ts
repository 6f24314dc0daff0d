import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Hono } from 'hono'
import { invalid } from '../workspace/errors.ts'
import type { AppEnv, HttpContext } from './app-env.ts'
import { clientHasLeft } from './client-has-left.ts'
import { problemResponse } from './problem.ts'

/** The app as a listener of Node's HTTP server; what never becomes a request of the app is refused in its words too. */
export function nodeListener(
  app: Hono<AppEnv>,
  { log }: Pick<HttpContext, 'log'>,
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
  return getRequestListener((request, env) => answer(request, env), {
    errorHandler(error) {
      const requestId = randomUUID()
      const refused = error instanceof RequestError
      log({
        severity: refused ? 'INFO' : 'ERROR',
        message: refused ? `The request was refused: ${error.message}` : 'The app itself failed',
        requestId,
        stack_trace: refused ? undefined : inspect(error),
      })
      const response = problemResponse(
        refused ? invalid('request', 'has no valid target or Host') : error,
        { requestId },
      )
      response.headers.set('X-Request-Id', requestId)
      response.headers.set('X-Content-Type-Options', 'nosniff')
      return response
    },
  })
}

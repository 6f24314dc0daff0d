import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Hono } from 'hono'
import { invalid } from '../workspace/errors.ts'
import type { AppEnv, HttpContext } from './app-env.ts'
import { problemResponse } from './problem.ts'

/** The app as a listener of Node's HTTP server; what never becomes a request of the app is refused in its words too. */
export function nodeListener(
  app: Hono<AppEnv>,
  { log }: Pick<HttpContext, 'log'>,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  return getRequestListener(app.fetch, {
    errorHandler(error) {
      const requestId = randomUUID()
      const refused = error instanceof RequestError
      log({
        severity: refused ? 'INFO' : 'ERROR',
        message: refused ? `The request was refused: ${error.message}` : 'The app itself failed',
        requestId,
        error: refused ? undefined : inspect(error),
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

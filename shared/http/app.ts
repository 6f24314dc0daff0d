import { Hono, type Context } from 'hono'
import { cors } from 'hono/cors'
import { WorkspaceError } from '../model/errors.ts'
import type { AppEnv, HttpContext } from './app-env.ts'
import { crossOrigin } from './cors.ts'
import { answerBeforeEnd } from './body/drain.ts'
import { problemResponse } from './problem.ts'
import { reportError } from './report-error.ts'
import { requestHeaders } from './server/request-headers.ts'
import { requestLog } from './request-log.ts'
import { assertPlainPath, basePath, locationUrl, publicPath, rawTarget } from './target.ts'

const methods = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']
const everyMethod = ['HEAD', 'OPTIONS', ...methods].sort().join(', ')

/** One app with the given routes under `/api/workspace`. */
export function createApp(http: HttpContext, ...routes: Hono<AppEnv>[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.use(requestLog(http), answerBeforeEnd(), requestHeaders)
  // Any page may read the metadata, before it has a token (RFC 9728).
  app.use('/.well-known/oauth-protected-resource/*', cors({ origin: '*', allowMethods: ['GET'] }))
  if (http.corsOrigins.length > 0) {
    app.use(crossOrigin(http.corsOrigins, (c) => allowedMethods(app, c)))
  }
  app.use((c, next) => {
    assertPlainPath(rawTarget(c).path)
    c.set('authenticate', http.authenticate)
    c.set('log', http.log)
    c.set('publicUrl', http.publicUrl)
    return next()
  })
  for (const route of routes) app.route(basePath, route)
  app.notFound((c) => unrouted(c, allowedMethods(app, c)))
  app.onError((error, c) => errorResponse(error, c, http))
  return app
}

/** The methods with a route at this path, for `Allow` (RFC 9110 §10.2.1); empty for an unknown path. */
function allowedMethods(app: Hono<AppEnv>, c: Context<AppEnv>): string[] {
  const routed = methods.filter((method) =>
    app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  )
  if (routed.length === 0) return []
  return [...routed, ...(routed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort()
}

/** The answer without a matching route: 404 for an unknown path, 405 for an unknown method, 204 for OPTIONS. */
function unrouted(c: Context<AppEnv>, allowed: string[]): Response {
  const requestId = c.get('requestId')
  // `OPTIONS *` applies to the whole server (RFC 9110 §9.3.7). HAProxy uses it as a health check.
  if (c.req.method === 'OPTIONS' && rawTarget(c).path === '/') {
    return new Response(null, { status: 204, headers: { Allow: everyMethod } })
  }
  if (allowed.length === 0) {
    const base = locationUrl(c, basePath)
    const detail = `Nothing is answered here. Addresses start with ${base}/, such as ${base}/files.`
    return problemResponse(new WorkspaceError('not-found', detail), { requestId })
  }
  const allow = allowed.join(', ')
  if (c.req.method === 'OPTIONS') {
    return new Response(null, { status: 204, headers: { Allow: allow } })
  }
  const detail = `${c.req.method} is not answered here; use one of ${allow}.`
  const response = problemResponse(new WorkspaceError('method-not-allowed', detail), { requestId })
  response.headers.set('Allow', allow)
  return response
}

function errorResponse(
  error: Error,
  c: Context<AppEnv>,
  { log, publicUrl }: HttpContext,
): Response {
  reportError(error, c, log)
  return problemResponse(error, {
    requestId: c.get('requestId'),
    uploaded: c.get('uploaded'),
    publicPath: publicPath(publicUrl),
    challenge: c.get('challenge'),
  })
}

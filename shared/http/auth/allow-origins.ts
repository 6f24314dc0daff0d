import type { MiddlewareHandler } from 'hono'
import { WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { matchesOrigin } from '../protocol/origin.ts'

/**
 * Rejects requests with an `Origin` other than the service's and the given ones, regardless of the token. The Model Context
 * Protocol requires this against DNS rebinding. Accepts requests without `Origin`,
 * which come from no web page.
 */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origin = c.req.header('Origin')
    const own = new URL(c.get('publicUrl') ?? c.req.url).origin
    if (origin === undefined || origin === own || matchesOrigin(origins, origin)) return next()
    throw new WorkspaceError(
      'forbidden',
      'This is answered only to pages of the service and of CORS_ORIGINS.',
    )
  }
}

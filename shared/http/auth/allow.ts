import type { MiddlewareHandler } from 'hono'
import { WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import type { Scope } from './identity.ts'
import { credentialsOf } from './credentials.ts'

/** Admits callers with all scopes and sets `caller` and `scopes`. Challenges follow RFC 6750 §3. */
export function allow(...required: [Scope, ...Scope[]]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const credentials = credentialsOf(c)
    const { caller, scopes } = await c
      .get('authenticate')(credentials)
      .catch((error: unknown) => {
        const refused = error instanceof WorkspaceError && error.code === 'unauthenticated'
        if (refused && credentials.authorization !== undefined)
          c.set('challenge', challenge('invalid_token'))
        throw error
      })
    c.set('caller', caller)
    c.set('scopes', scopes)
    const scope = required.find((each) => !scopes.has(each))
    if (scope !== undefined) {
      c.set('challenge', challenge('insufficient_scope', scope))
      throw new WorkspaceError('forbidden', `This needs a token with the scope "${scope}".`)
    }
    return next()
  }
}

function challenge(error: string, scope?: Scope): string {
  return `Bearer realm="coffer", error="${error}"${scope === undefined ? '' : `, scope="${scope}"`}`
}

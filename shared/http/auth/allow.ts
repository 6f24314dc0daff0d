import type { Context, MiddlewareHandler } from 'hono'
import { WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import type { Scope } from './identity.ts'
import { credentialsOf } from './credentials.ts'

/** Parameters that all challenges of a route have, such as `resource_metadata` (RFC 9728 §5.1). */
type ChallengeParameters = (c: Context<AppEnv>) => Record<string, string>

/** Admits callers with all scopes and sets `caller` and `scopes`. Challenges follow RFC 6750 §3. */
export function allow(...required: [Scope, ...Scope[]]): MiddlewareHandler<AppEnv> {
  return admit(required)
}

/** Does the same as `allow`, with parameters in each challenge. */
export function allowOrChallenge(
  parameters: ChallengeParameters,
  ...required: [Scope, ...Scope[]]
): MiddlewareHandler<AppEnv> {
  return admit(required, parameters)
}

function admit(
  required: readonly Scope[],
  parameters?: ChallengeParameters,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const credentials = credentialsOf(c)
    const { caller, scopes, expiresAt } = await c
      .get('authenticate')(credentials)
      .catch((error: unknown) => {
        const refused = error instanceof WorkspaceError && error.code === 'unauthenticated'
        const isGiven = credentials.authorization !== undefined
        if (refused && (isGiven || parameters)) {
          c.set('challenge', challenge(isGiven && { error: 'invalid_token' }, parameters?.(c)))
        }
        throw error
      })
    c.set('caller', caller)
    c.set('scopes', scopes)
    c.set('expiresAt', expiresAt)
    const scope = required.find((each) => !scopes.has(each))
    if (scope !== undefined) {
      c.set('challenge', challenge(parameters?.(c), { error: 'insufficient_scope', scope }))
      throw new WorkspaceError('forbidden', `This needs a token with the scope "${scope}".`)
    }
    return next()
  }
}

/** Later parameters replace earlier ones of the same name. */
function challenge(...parameters: (Record<string, string> | false | undefined)[]): string {
  const all: Record<string, string> = Object.assign({ realm: 'coffer' }, ...parameters)
  const written = Object.entries(all).map(([name, value]) => `${name}="${value}"`)
  return `Bearer ${written.join(', ')}`
}

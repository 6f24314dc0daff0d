import { errors, type JWTPayload } from 'jose'
import { z } from 'zod'
import { WorkspaceError } from '../../model/errors.ts'
import { parseSessionId } from '../../model/path.ts'
import { userIdViolation } from '../../model/user-id.ts'
import type { Identity, Scope } from './identity.ts'

/** The tolerated difference between the issuer's clock and the local one. */
export const clockToleranceSeconds = 30

/** The scopes of a token without a `scope` claim. */
const defaultScopes: Scope[] = ['files:read', 'files:write', 'blocks:run']

const allScopes: Scope[] = [...defaultScopes, 'workspace:admin']

const claimsSchema = z.object({
  sub: z.string(),
  scope: z.string().optional(),
  session: z.string().optional(),
})

/** Errors of the token. Any other error is a fault of the service. */
const tokenFaults = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
]

/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1). Throws `unauthenticated`. */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) {
    throw unauthenticated('Send a token: Authorization: Bearer {token}.')
  }
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
  if (token === undefined) {
    throw unauthenticated('The Authorization header must be "Bearer" and one token.')
  }
  return token
}

/** The caller and the scopes of a verified token. Throws `unauthenticated` for a claim of the wrong type. */
export function identityOf(payload: JWTPayload): Identity {
  const claims = claimsSchema.safeParse(payload)
  if (!claims.success) {
    const claim = claims.error.issues[0]?.path.join('.')
    throw unauthenticated(`The token's claim "${claim}" must be a string.`)
  }
  const { sub, scope, session } = claims.data
  const named = scope?.split(' ')
  return {
    caller: {
      workspaceId: parseUserId(sub),
      ...(session !== undefined && { session: parseSessionClaim(session) }),
    },
    ...(payload.exp !== undefined && {
      expiresAt: new Date((payload.exp + clockToleranceSeconds) * 1000),
    }),
    scopes: new Set(named ? allScopes.filter((scope) => named.includes(scope)) : defaultScopes),
  }
}

/** Validates an opaque user id. Throws `unauthenticated` for text that the stores cannot represent. */
export function parseUserId(id: string): string {
  const rule = userIdViolation(id)
  if (rule !== undefined) throw unauthenticated(`The user id ("sub") ${rule}.`)
  return id
}

/** Translates a failed verification to `unauthenticated` for a bad token. Returns a `WorkspaceError` unchanged. */
export function verificationError(error: unknown): Error {
  if (error instanceof WorkspaceError) return error
  if (!tokenFaults.some((fault) => error instanceof fault)) {
    return new Error('A token cannot be verified', { cause: error })
  }
  if (error instanceof errors.JWTExpired) {
    return unauthenticated('The token has expired; get a new one.', error)
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(
      `The token's claim "${error.claim}" is missing or not accepted here.`,
      error,
    )
  }
  return unauthenticated('The token is not one that this service can verify.', error)
}

export function unauthenticated(detail: string, cause?: unknown): WorkspaceError {
  return new WorkspaceError('unauthenticated', detail, { cause })
}

function parseSessionClaim(session: string) {
  try {
    return parseSessionId(session)
  } catch (error) {
    throw unauthenticated(`The token's claim "session" is not a session id.`, error)
  }
}

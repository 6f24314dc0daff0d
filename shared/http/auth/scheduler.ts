import { decodeJwt, jwtVerify, type JWTPayload } from 'jose'
import { z } from 'zod'
import { WorkspaceError } from '../../model/errors.ts'
import type { Credentials } from './identity.ts'
import { bearerToken, clockToleranceSeconds, unauthenticated, verificationError } from './token.ts'
import { openIssuerKeys } from './issuer-keys.ts'

/** The service account that Cloud Scheduler calls with, and how its ID token is verified. */
export interface SchedulerIdentity {
  email: string
  /** The URL of the called service, the `aud` of the token. */
  audience: string
  /**
   * Whether the platform in front verifies every token before it forwards a call. If not, a token without its signature is
   * rejected.
   */
  platformVerifies: boolean
  /** Google's keys by default; tests pass other keys. */
  jwksUrl?: URL
}

/** Resolves for an allowed call. Throws `unauthenticated` for a bad or missing token, `forbidden` for another identity. */
type AuthorizeCall = (credentials: Pick<Credentials, 'authorization'>) => Promise<void>

const googleKeys = new URL('https://www.googleapis.com/oauth2/v3/certs')
const issuers = ['https://accounts.google.com', 'accounts.google.com']
const removedSignature = 'SIGNATURE_REMOVED_BY_GOOGLE'

const claimsSchema = z.object({
  iss: z.enum(issuers),
  aud: z.string(),
  exp: z.number(),
  email: z.string(),
  email_verified: z.literal(true),
})

/**
 * Accepts Google ID tokens of one service account. Cloud Run replaces the signature of a token that it has verified by IAM
 * with `SIGNATURE_REMOVED_BY_GOOGLE` (https://cloud.google.com/run/docs/troubleshooting#signature-removed). Any caller can
 * write such a token, so it is accepted only with `platformVerifies`. All claims are checked in either case.
 */
export function openScheduler(identity: SchedulerIdentity): AuthorizeCall {
  const keys = openIssuerKeys(identity.jwksUrl ?? googleKeys)
  const verify = async (token: string) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuers,
      audience: identity.audience,
      algorithms: ['RS256'],
      clockTolerance: clockToleranceSeconds,
    }).catch((error: unknown) => {
      throw verificationError(error)
    })
    return payload
  }
  return async ({ authorization }) => {
    const token = bearerToken(authorization)
    const isUnsigned = token.endsWith(`.${removedSignature}`)
    if (isUnsigned && !identity.platformVerifies) throw unsigned()
    assertIdentity(isUnsigned ? decode(token) : await verify(token), identity)
  }
}

/** Checks every claim of a token. */
function assertIdentity(payload: JWTPayload, { email, audience }: SchedulerIdentity): void {
  const claims = claimsSchema.safeParse(payload)
  if (!claims.success) {
    const claim = claims.error.issues[0]?.path.join('.')
    throw unauthenticated(`The token's claim "${claim}" is missing or not accepted here.`)
  }
  const { data } = claims
  if (data.exp + clockToleranceSeconds < Date.now() / 1000) {
    throw unauthenticated('The token has expired; get a new one.')
  }
  if (data.aud !== audience || data.email !== email) {
    throw forbidden('answers only the service account SWEEP_INVOKER, for SWEEP_AUDIENCE')
  }
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch (error) {
    throw verificationError(error)
  }
}

function unsigned(): WorkspaceError {
  return unauthenticated(
    'The platform has removed the signature of the token. If only IAM principals can call this service, set SWEEP_PLATFORM_VERIFIES_TOKENS=true.',
  )
}

export function forbidden(rule: string): WorkspaceError {
  return new WorkspaceError('forbidden', `This function ${rule}.`)
}

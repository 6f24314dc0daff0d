import { decodeJwt, jwtVerify, type JWTPayload } from 'jose'
import { z } from 'zod'
import { WorkspaceError } from '../../model/errors.ts'
import { answersStrangers } from './answers-strangers.ts'
import type { Credentials } from './identity.ts'
import { bearerToken, clockToleranceSeconds, unauthenticated, verificationError } from './token.ts'
import { openIssuerKeys } from './issuer-keys.ts'

/** The identity that Cloud Scheduler calls with: an ID token of Google's for a service account. */
export interface SchedulerIdentity {
  /** The service account's. */
  email: string
  /** The URL of the called service, which the token is for. */
  audience: string
  /** Whether Cloud Run stands in front and may have taken the signature away. */
  mayBeUnsigned: boolean
  /** Google's keys, unless a test has its own. */
  jwksUrl?: URL
}

/** Lets the call pass. Throws `unauthenticated` for a bad or missing token, `forbidden` for another identity's. */
export type AuthorizeCall = (credentials: Credentials) => Promise<void>

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
 * Google's ID tokens of one service account. Where Cloud Run itself has checked the token by IAM, it hands it on with
 * `SIGNATURE_REMOVED_BY_GOOGLE` in place of the signature (https://cloud.google.com/run/docs/troubleshooting#signature-removed),
 * which anyone could write where it checks nothing. Such a token counts only when the service, asked at its own URL
 * without a token, turns out to be closed: then nothing unchecked comes through.
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
  return async ({ authorization, host }) => {
    const token = bearerToken(authorization)
    const isUnsigned = token.endsWith(`.${removedSignature}`)
    assertIdentity(isUnsigned ? decode(token) : await verify(token), identity)
    if (isUnsigned) await assertChecked(identity, host)
  }
}

/** Everything of a token but its signature. */
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

/** A call that came in at another address may have come through another door. */
async function assertChecked(
  { audience, mayBeUnsigned }: SchedulerIdentity,
  host: string | undefined,
): Promise<void> {
  if (!mayBeUnsigned) throw unauthenticated('The token has no signature.')
  if (host !== new URL(audience).host) {
    throw forbidden('takes a token without a signature only at the host of SWEEP_AUDIENCE')
  }
  if (await answersStrangers(new URL('/api/workspace/sweep', audience))) {
    throw forbidden(
      'takes a token without a signature only while Cloud Run checks its callers; it does not. Run: gcloud run services remove-iam-policy-binding SERVICE --member=allUsers --role=roles/run.invoker',
    )
  }
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch (error) {
    throw verificationError(error)
  }
}

export function forbidden(rule: string): WorkspaceError {
  return new WorkspaceError('forbidden', `This function ${rule}.`)
}

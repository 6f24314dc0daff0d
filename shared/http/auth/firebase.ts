import { jwtVerify, UnsecuredJWT, type JWTPayload } from 'jose'
import type { Authenticate } from './identity.ts'
import {
  bearerToken,
  clockToleranceSeconds,
  identityOf,
  unauthenticated,
  verificationError,
} from './token.ts'
import { openIssuerKeys } from './issuer-keys.ts'

export interface FirebaseConfig {
  projectId: string
  /** Accepts the unsigned tokens of the Auth emulator instead of Google's. */
  emulator: boolean
  jwksUrl?: URL
}

const googleKeys = new URL(
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
)

/** Firebase ID tokens (https://firebase.google.com/docs/auth/admin/verify-id-tokens). */
export function openFirebase({
  projectId,
  emulator,
  jwksUrl = googleKeys,
}: FirebaseConfig): Authenticate {
  const keys = openIssuerKeys(jwksUrl)
  const claims = {
    issuer: `https://securetoken.google.com/${projectId}`,
    audience: projectId,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat', 'sub', 'auth_time'],
  }
  const verify = async (token: string) =>
    emulator
      ? UnsecuredJWT.decode(token, claims)
      : jwtVerify(token, keys, { ...claims, algorithms: ['RS256'] })
  return async ({ authorization }) => {
    const token = bearerToken(authorization)
    const { payload } = await verify(token).catch((error: unknown) => {
      throw verificationError(error)
    })
    assertPast(payload, 'iat')
    assertPast(payload, 'auth_time')
    return identityOf(payload)
  }
}

function assertPast(payload: JWTPayload, claim: 'iat' | 'auth_time'): void {
  const seconds = payload[claim]
  const latest = Date.now() / 1000 + clockToleranceSeconds
  if (typeof seconds !== 'number' || seconds > latest) {
    throw unauthenticated(`The token's claim "${claim}" must be a time in the past.`)
  }
}

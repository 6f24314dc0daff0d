import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Authenticate } from './auth.ts'
import { bearerToken, clockToleranceSeconds, identityOf, verificationError } from './auth-token.ts'

export interface OidcConfig {
  issuer: string
  audience: string
  jwksUrl: URL
}

/** Asymmetric only: a public key can never pass for a shared secret (RFC 8725 §3.1). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/**
 * Tokens of an OpenID Connect issuer. Keys are cached for 10 minutes; an unknown `kid` fetches them again, at most every
 * 30 seconds. A token without `kid` is accepted while the issuer has one key that fits (OIDC Core §10.1).
 */
export function openOidc({ issuer, audience, jwksUrl }: OidcConfig): Authenticate {
  const keys = createRemoteJWKSet(jwksUrl)
  return async ({ authorization }) => {
    const token = bearerToken(authorization)
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'sub'],
    }).catch((error: unknown) => {
      throw verificationError(error)
    })
    return identityOf(payload)
  }
}

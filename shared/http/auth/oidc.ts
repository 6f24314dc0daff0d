import { jwtVerify } from 'jose'
import type { Authenticate } from './identity.ts'
import { bearerToken, clockToleranceSeconds, identityOf, verificationError } from './token.ts'
import { openIssuerKeys } from './issuer-keys.ts'

export interface OidcConfig {
  issuer: string
  /** A token must be for one of them. */
  audiences: string[]
  jwksUrl: URL
}

/** Asymmetric algorithms only, so that a public key cannot be used as a shared secret (RFC 8725 §3.1). */
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
 * Verifies tokens of an OpenID Connect issuer. Fetches its keys again after 10 minutes, and at most every 30 seconds for an
 * unknown `kid`. Accepts a token without `kid` if exactly one key of the issuer fits (OIDC Core §10.1).
 */
export function openOidc({ issuer, audiences, jwksUrl }: OidcConfig): Authenticate {
  const keys = openIssuerKeys(jwksUrl)
  return async ({ authorization }) => {
    const token = bearerToken(authorization)
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: audiences,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'sub'],
    }).catch((error: unknown) => {
      throw verificationError(error)
    })
    return identityOf(payload)
  }
}

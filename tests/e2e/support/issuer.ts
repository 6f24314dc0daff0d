import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { newKey, openJwksServer, sign } from '../../support/http/jwks-server.ts'

export interface TokenOptions {
  claims?: Record<string, unknown>
  algorithm?: 'RS256' | 'ES256' | 'HS256' | 'none'
  /** `published` by default. */
  key?: 'published' | 'unpublished' | 'rotated'
  /** Changes a claim after signing. */
  tampered?: boolean
}

/** An OpenID provider for verifiers: a JWKS URL on loopback, and signing keys. */
export interface Issuer extends AsyncDisposable {
  env: Record<string, string>
  token(user: string, options?: TokenOptions): Promise<string>
  /** Publishes only the `rotated` key. */
  rotate(): void
}

const iss = 'https://issuer.example.com/'
const aud = 'coffer'
const lifetimeSeconds = 600

export async function startIssuer(): Promise<Issuer> {
  const published = await newKey('published')
  // The verifier looks up keys by id, so the unknown key uses the id of a published one.
  const keys = {
    published,
    unpublished: await newKey('published'),
    rotated: await newKey('rotated'),
  }
  const elliptic = await newKey('elliptic', 'ES256')
  const jwks = await openJwksServer(published, elliptic)

  return {
    env: {
      AUTH_MODE: 'oidc',
      OIDC_ISSUER: iss,
      OIDC_AUDIENCE: aud,
      OIDC_JWKS_URL: jwks.url.href,
    },
    rotate() {
      jwks.keys = [keys.rotated]
    },
    async token(user, { claims = {}, algorithm = 'RS256', key = 'published', tampered } = {}) {
      const exp = Math.floor(Date.now() / 1000) + lifetimeSeconds
      const payload = { iss, aud, sub: user, exp, ...claims }
      if (algorithm === 'none') return new UnsecuredJWT(payload).encode()
      if (algorithm === 'HS256') {
        const secret = new TextEncoder().encode(await exportSPKI(published.publicKey))
        return new SignJWT(payload)
          .setProtectedHeader({ alg: algorithm, kid: published.kid })
          .sign(secret)
      }
      const token = await sign(algorithm === 'ES256' ? elliptic : keys[key], payload)
      return tampered ? swapSubject(token) : token
    },
    [Symbol.asyncDispose]: () => jwks[Symbol.asyncDispose](),
  }
}

function swapSubject(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'someone-else' }))
  return [header, forged.toString('base64url'), signature].join('.')
}

import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { newKey, openJwksServer, sign } from '../support/http/jwks-server.ts'

export interface TokenOptions {
  claims?: Record<string, unknown>
  algorithm?: 'RS256' | 'ES256' | 'HS256' | 'none'
  /** `published` unless said otherwise. */
  key?: 'published' | 'unpublished' | 'rotated'
  /** Changes a claim behind the signature's back. */
  tampered?: boolean
}

/** An OpenID provider with what a verifier needs of one: a JWKS URL on the loopback, and keys that sign. */
export interface Issuer extends AsyncDisposable {
  env: Record<string, string>
  token(user: string, options?: TokenOptions): Promise<string>
  /** Publishes the `rotated` key in place of all others. */
  rotate(): void
}

const iss = 'https://issuer.example.com/'
const aud = 'coffer'
const lifetimeSeconds = 600

export async function startIssuer(): Promise<Issuer> {
  const published = await newKey('published')
  // The verifier looks keys up by id, so the stranger's key claims one that is published.
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

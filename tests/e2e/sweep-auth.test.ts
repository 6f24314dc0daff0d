import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startCloudRunFront,
  withoutSignature,
  type CloudRunFront,
} from '../support/http/cloud-run-front.ts'
import { newKey, openJwksServer, sign, type TestKey } from '../support/http/jwks-server.ts'
import { startFunction } from './framework-server.ts'

const route = '/api/workspace/sweep'
const invoker = 'scheduler@coffer.iam.gserviceaccount.com'
const oidc = {
  AUTH_MODE: 'oidc',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'coffer',
  OIDC_JWKS_URL: 'https://issuer.example/jwks',
}

const call = async (url: string, token?: string, headers: Record<string, string> = {}) => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}${route}?dryRun=true`, {
    method: 'POST',
    headers: { ...authorization, ...headers },
  })
  return answer.status
}
const claims = (audience: string) => ({
  iss: 'https://accounts.google.com',
  aud: audience,
  sub: '113774264463038321964',
  azp: '113774264463038321964',
  email: invoker,
  email_verified: true,
  iat: Math.floor(Date.now() / 1000),
})

describe('sweep under the Functions Framework', () => {
  it('answers nobody where no invoker is configured', async () => {
    await using sweep = await startFunction('sweep', { env: oidc })
    expect(await call(sweep.url)).toBe(403)
    expect(await call(sweep.url, 'local:ann')).toBe(403)
  })

  it('with AUTH_MODE=local answers this machine alone', async () => {
    await using sweep = await startFunction('sweep')
    expect(await call(sweep.url)).toBe(200)
    expect(await call(sweep.url, undefined, { origin: 'https://evil.example' })).toBe(403)
  })
})

describe('sweep by Cloud Scheduler’s call', () => {
  const audience = 'https://sweep-x-uc.a.run.app'
  const opened = new AsyncDisposableStack()
  let key: TestKey
  let url: string
  beforeAll(async () => {
    key = await newKey('google-1')
    const google = opened.use(await openJwksServer(key))
    const started = await startFunction('sweep', {
      env: {
        ...oidc,
        SWEEP_INVOKER: invoker,
        SWEEP_AUDIENCE: audience,
        SWEEP_JWKS_URL: google.url.href,
      },
    })
    url = opened.use(started).url
  })
  afterAll(() => opened.disposeAsync())

  it('answers the invoker’s token with a report', async () => {
    const token = await sign(key, claims(audience))
    const answer = await fetch(`${url}${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ dryRun: false, complete: true, failures: [] })
  })

  it.each([
    ['another service account', { email: 'other@coffer.iam.gserviceaccount.com' }, 403],
    ['an e-mail that nobody has verified', { email_verified: false }, 401],
    ['no e-mail', { email: undefined }, 401],
    ['a token for another service', { aud: 'https://other.a.run.app' }, 401],
    ['a token for several services', { aud: [audience, 'https://other'] }, 401],
    ['another issuer', { iss: 'https://accounts.google.com.evil.example' }, 401],
    ['an expired token', { exp: Math.floor(Date.now() / 1000) - 3600 }, 401],
  ])('refuses %s', async (_, changed, status) => {
    expect(await call(url, await sign(key, { ...claims(audience), ...changed }))).toBe(status)
  })

  it('refuses a token that is forged, not signed, or not there', async () => {
    const forged = await sign(await newKey('google-1'), claims(audience))
    const token = await sign(key, claims(audience))
    const unsigned = [withoutSignature(token), token.replace(/[^.]*$/, '')]
    for (const bad of [forged, ...unsigned, 'x', undefined]) expect(await call(url, bad)).toBe(401)
  })
})

describe('sweep on Cloud Run', () => {
  const opened = new AsyncDisposableStack()
  let front: CloudRunFront
  let token: string
  let url: string
  beforeAll(async () => {
    front = opened.use(await startCloudRunFront())
    token = await sign(await newKey('google-1'), claims(front.url))
    const started = await startFunction('sweep', {
      env: { ...oidc, K_SERVICE: 'sweep', SWEEP_INVOKER: invoker, SWEEP_AUDIENCE: front.url },
    })
    url = opened.use(started).url
    front.target = url
    front.invokers.add(token)
  })
  afterAll(() => opened.disposeAsync())

  it('takes a token whose signature Cloud Run has checked and removed', async () => {
    expect(await call(front.url, token)).toBe(200)
    expect(await call(front.url)).toBe(403)
  })

  it('refuses another account’s, though IAM lets it pass', async () => {
    const other = await sign(await newKey('google-1'), {
      ...claims(front.url),
      email: 'x@y.example',
    })
    front.invokers.add(other)
    expect(await call(front.url, other)).toBe(403)
  })

  it('refuses such a token where the service turns out to be open to strangers', async () => {
    front.isClosed = false
    try {
      expect(await call(front.url, withoutSignature(token))).toBe(403)
    } finally {
      front.isClosed = true
    }
    expect(await call(front.url, token)).toBe(200)
  })

  it('refuses such a token that came in at another address', async () => {
    expect(await call(url, withoutSignature(token))).toBe(403)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startCloudRunFront,
  withoutSignature,
  type CloudRunFront,
} from '../../support/http/cloud-run-front.ts'
import { newKey, openJwksServer, sign, type TestKey } from '../../support/http/jwks-server.ts'
import { startFunction } from './function-server.ts'

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
  it('rejects every call if no invoker is configured', async () => {
    await using sweep = await startFunction('sweep', { env: oidc })
    expect(await call(sweep.url)).toBe(403)
    expect(await call(sweep.url, 'local:ann')).toBe(403)
  })

  it('answers only this machine with AUTH_MODE=local', async () => {
    await using sweep = await startFunction('sweep')
    expect(await call(sweep.url)).toBe(200)
    expect(await call(sweep.url, undefined, { origin: 'https://evil.example' })).toBe(403)
  })
})

describe('sweep called by Cloud Scheduler', () => {
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

  it('answers a report to the token of the invoker', async () => {
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
    ['an unverified e-mail address', { email_verified: false }, 401],
    ['no e-mail', { email: undefined }, 401],
    ['a token for another service', { aud: 'https://other.a.run.app' }, 401],
    ['a token for several services', { aud: [audience, 'https://other'] }, 401],
    ['another issuer', { iss: 'https://accounts.google.com.evil.example' }, 401],
    ['an expired token', { exp: Math.floor(Date.now() / 1000) - 3600 }, 401],
  ])('rejects %s', async (_, changed, status) => {
    expect(await call(url, await sign(key, { ...claims(audience), ...changed }))).toBe(status)
  })

  it('rejects a token that is forged, unsigned or missing', async () => {
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
  beforeAll(async () => {
    front = opened.use(await startCloudRunFront())
    token = await sign(await newKey('google-1'), claims(front.url))
    front.target = opened.use(await startSweep({ SWEEP_PLATFORM_VERIFIES_TOKENS: 'true' })).url
    front.invokers.add(token)
  })
  afterAll(() => opened.disposeAsync())

  const startSweep = (env: Record<string, string>) =>
    startFunction('sweep', {
      env: {
        ...oidc,
        K_SERVICE: 'sweep',
        SWEEP_INVOKER: invoker,
        SWEEP_AUDIENCE: front.url,
        ...env,
      },
    })

  it('accepts a token whose signature Cloud Run has verified and removed', async () => {
    expect(await call(front.url, token)).toBe(200)
    expect(await call(front.url)).toBe(403)
  })

  it('rejects the token of another account that IAM admits', async () => {
    const other = await sign(await newKey('google-1'), {
      ...claims(front.url),
      email: 'x@y.example',
    })
    front.invokers.add(other)
    expect(await call(front.url, other)).toBe(403)
  })

  it('rejects a token without a signature unless SWEEP_PLATFORM_VERIFIES_TOKENS is true', async () => {
    await using strict = await startSweep({})
    const answer = await fetch(strict.url + route, {
      method: 'POST',
      headers: { authorization: `Bearer ${withoutSignature(token)}` },
    })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('set SWEEP_PLATFORM_VERIFIES_TOKENS=true') as string,
    })
  })
})

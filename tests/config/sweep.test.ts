import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/load-config.ts'

const invoker = {
  SWEEP_INVOKER: 'scheduler@coffer.iam.gserviceaccount.com',
  SWEEP_AUDIENCE: 'https://sweep-x-uc.a.run.app',
}
const cloudRun = {
  AUTH_MODE: 'oidc',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'coffer',
  OIDC_JWKS_URL: 'https://issuer.example/jwks',
  MEDIA_GCS_BUCKET_NAME: 'files',
  GOOGLE_CLOUD_PROJECT: 'demo',
  K_SERVICE: 'sweep',
}

describe('the scheduler identity', () => {
  const identity = { email: invoker.SWEEP_INVOKER, audience: invoker.SWEEP_AUDIENCE }

  test.each([['a local server', {}] as const, ['Cloud Run', cloudRun] as const])(
    'requires signed tokens by default on %s',
    (_, env) => {
      expect(loadConfig({ ...env, ...invoker }).sweepInvoker).toEqual({
        ...identity,
        platformVerifies: false,
      })
    },
  )

  test('trusts the platform on Cloud Run if SWEEP_PLATFORM_VERIFIES_TOKENS is true', () => {
    const env = { ...cloudRun, ...invoker, SWEEP_PLATFORM_VERIFIES_TOKENS: 'true' }
    expect(loadConfig(env).sweepInvoker).toEqual({ ...identity, platformVerifies: true })
  })

  test.each([
    ['SWEEP_AUDIENCE must be set with SWEEP_INVOKER', { SWEEP_INVOKER: 'x@y' }],
    ['SWEEP_INVOKER must be set with SWEEP_AUDIENCE', { SWEEP_AUDIENCE: 'https://x' }],
    ['SWEEP_AUDIENCE must be the https URL', { ...invoker, SWEEP_AUDIENCE: 'http://x.example' }],
    ['SWEEP_JWKS_URL must be an http URL on loopback', { SWEEP_JWKS_URL: 'https://evil.example' }],
    [
      'SWEEP_PLATFORM_VERIFIES_TOKENS must not be true outside Cloud Run',
      { ...invoker, SWEEP_PLATFORM_VERIFIES_TOKENS: 'true' },
    ],
    [
      'SWEEP_JWKS_URL must not be set on Cloud Run',
      { ...cloudRun, ...invoker, SWEEP_JWKS_URL: 'http://127.0.0.1:1/jwks' },
    ],
  ])('rejects an incomplete or unsafe configuration: %s', (message, env) => {
    expect(() => loadConfig(env)).toThrow(message)
  })
})

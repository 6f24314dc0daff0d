import { UnsecuredJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFirebase } from '../../../shared/http/auth/firebase.ts'
import { newKey, openJwksServer, sign, type TestKey } from '../../support/http/jwks-server.ts'

const projectId = 'demo-coffer'
const hour = 3600
const now = () => Math.floor(Date.now() / 1000)
const good = () => ({
  iss: `https://securetoken.google.com/${projectId}`,
  aud: projectId,
  sub: 'ada',
  iat: now() - 60,
  exp: now() + hour,
  auth_time: now() - 120,
})

let key: TestKey
let jwks: Awaited<ReturnType<typeof openJwksServer>>

beforeAll(async () => {
  key = await newKey('google')
  jwks = await openJwksServer(key)
})
afterAll(() => jwks[Symbol.asyncDispose]())

function ask(token: string, emulator: boolean) {
  const authenticate = openFirebase({ projectId, emulator, jwksUrl: jwks.url })
  const authorization = `Bearer ${token}`
  return authenticate({ authorization, host: 'x', origin: undefined, peer: undefined })
}
const unsigned = (claims: JWTPayload = {}) => new UnsecuredJWT({ ...good(), ...claims }).encode()
const unauthenticated = { name: 'WorkspaceError', code: 'unauthenticated' }

describe('Firebase ID tokens', () => {
  test('accepts a token signed by Google', async () => {
    expect(await ask(await sign(key, good()), false)).toMatchObject({
      caller: { workspaceId: 'ada' },
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['another project’s issuer', { iss: 'https://securetoken.google.com/other' }],
    ['another project as its audience', { aud: 'other' }],
    ['no sub', { sub: undefined }],
    ['no exp', { exp: undefined }],
    ['an exp in the past', { exp: now() - hour }],
    ['an iat in the future', { iat: now() + hour }],
    ['an auth_time in the future', { auth_time: now() + hour }],
    ['no auth_time', { auth_time: undefined }],
    ['an auth_time in words', { auth_time: 'now' }],
  ])('rejects a token with %s, signed or from the emulator', async (_, claims) => {
    const bad = { ...good(), ...claims } as JWTPayload
    await expect(ask(await sign(key, bad), false)).rejects.toMatchObject(unauthenticated)
    await expect(ask(unsigned(bad), true)).rejects.toMatchObject(unauthenticated)
  })

  test('accepts only RS256', async () => {
    const other = await newKey('google', 'ES256')
    await using server = await openJwksServer(other)
    const authenticate = openFirebase({ projectId, emulator: false, jwksUrl: server.url })
    const authorization = `Bearer ${await sign(other, good())}`
    const asked = authenticate({ authorization, host: 'x', origin: undefined, peer: undefined })
    await expect(asked).rejects.toMatchObject(unauthenticated)
  })

  test('accepts an unsigned token only from the emulator', async () => {
    expect(await ask(unsigned(), true)).toMatchObject({ caller: { workspaceId: 'ada' } })
    await expect(ask(unsigned(), false)).rejects.toMatchObject(unauthenticated)
  })

  test('custom claims narrow a token', async () => {
    const narrowed = { ...good(), scope: 'files:read', session: 's1' }
    expect(await ask(await sign(key, narrowed), false)).toEqual({
      caller: { workspaceId: 'ada', session: 's1' },
      scopes: new Set(['files:read']),
      expiresAt: expect.any(Date),
    })
  })
})

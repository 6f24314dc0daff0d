import { exportSPKI, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Authenticate } from '../../../shared/http/auth/identity.ts'
import { openOidc } from '../../../shared/http/auth/oidc.ts'
import { newKey, openJwksServer, sign, type TestKey } from '../../support/http/jwks-server.ts'

const issuer = 'https://issuer.example'
const audience = 'coffer'
const hour = 3600
const now = () => Math.floor(Date.now() / 1000)
const good: JWTPayload = { iss: issuer, aud: audience, sub: 'ada' }

let key: TestKey
let jwks: Awaited<ReturnType<typeof openJwksServer>>
let authenticate: Authenticate

beforeAll(async () => {
  key = await newKey('one')
  jwks = await openJwksServer(key)
  authenticate = openOidc({
    issuer,
    audiences: [audience, 'https://files.example/mcp'],
    jwksUrl: jwks.url,
  })
})
afterAll(() => jwks[Symbol.asyncDispose]())

const ask = (authorization: string | undefined, by = authenticate) =>
  by({ authorization, host: 'files.example', origin: undefined, peer: '203.0.113.7' })
const askWith = async (claims: JWTPayload, header?: Record<string, unknown>) =>
  ask(`Bearer ${await sign(key, { ...good, ...claims }, header)}`)
const away = { name: 'WorkspaceError', code: 'identity-unavailable' }
const unauthenticated = { name: 'WorkspaceError', code: 'unauthenticated' }

describe('tokens of an OpenID Connect issuer', () => {
  test('a token without a scope claim allows reading and writing', async () => {
    expect(await askWith({})).toEqual({
      caller: { workspaceId: 'ada' },
      scopes: new Set(['files:read', 'files:write', 'blocks:run']),
      expiresAt: expect.any(Date),
    })
  })

  test.each<[string, JWTPayload]>([
    ['one of several audiences', { aud: ['another', audience] }],
    ['another audience of the service', { aud: 'https://files.example/mcp' }],
    ['a clock that is 20 seconds ahead', { nbf: now() + 20 }],
    ['an exp that passed 20 seconds ago', { exp: now() - 20 }],
    ['a sub with a slash, a space and an emoji', { sub: '../a b/🎉' }],
  ])('accepts %s', async (_, claims) => {
    expect((await askWith(claims)).caller.workspaceId).toBe(claims.sub ?? 'ada')
  })

  test.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another' }],
    ['no audience', { aud: undefined }],
    ['an exp in the past', { exp: now() - hour }],
    ['no exp', { exp: undefined }],
    ['an exp in words', { exp: 'tomorrow' }],
    ['an nbf in the future', { nbf: now() + hour }],
    ['no sub', { sub: undefined }],
    ['an empty sub', { sub: '' }],
    ['a sub that is a number', { sub: 5 }],
    ['a sub with a control character', { sub: 'a\u0000b' }],
    ['a sub that is not well-formed', { sub: 'a\ud800' }],
    ['a sub too long for a file name', { sub: 'A'.repeat(128) }],
    ['a scope that is a list', { scope: ['files:read'] }],
    ['a scope that is null', { scope: null }],
    ['a session that is empty', { session: '' }],
    ['a session that is null', { session: null }],
    ['a session that is a number', { session: 7 }],
    ['a session that is not a session id', { session: '../x' }],
  ])('rejects %s', async (_, claims) => {
    await expect(askWith(claims as JWTPayload)).rejects.toMatchObject(unauthenticated)
  })

  test.each<[string | undefined, string[]]>([
    [undefined, ['files:read', 'files:write', 'blocks:run']],
    ['blocks:run', ['blocks:run']],
    ['files:read', ['files:read']],
    ['openid files:write profile', ['files:write']],
    ['openid', []],
    ['', []],
    ['files:readall', []],
  ])('the scope claim %j allows %j', async (scope, allowed) => {
    const { scopes } = await askWith(scope === undefined ? {} : { scope })
    expect([...scopes]).toEqual(allowed)
  })

  test('the session claim binds the caller to that session', async () => {
    expect((await askWith({ session: 's-1' })).caller).toEqual({
      workspaceId: 'ada',
      session: 's-1',
    })
  })

  test.each([
    undefined,
    '',
    'Bearer',
    'Basic YTpi',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer x',
  ])('rejects the header %j', async (authorization) => {
    await expect(ask(authorization)).rejects.toMatchObject(unauthenticated)
  })

  test('the scheme is case-insensitive (RFC 9110 §11.1)', async () => {
    expect(await ask(`bEARER ${await sign(key, good)}`)).toMatchObject({
      caller: { workspaceId: 'ada' },
    })
  })
})

describe('forged tokens', () => {
  const forged: [string, () => Promise<string>][] = [
    ['alg none', async () => new UnsecuredJWT({ ...good, exp: now() + hour }).encode()],
    [
      'HS256 keyed with the public key',
      async () =>
        new SignJWT({ ...good, exp: now() + hour })
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .sign(new TextEncoder().encode(await exportSPKI(key.publicKey))),
    ],
    ['another key under a kid of the issuer', async () => sign(await newKey('one'), good)],
    ['a kid that is a path', async () => sign(await newKey('../../../../dev/null'), good)],
    [
      'a key and its URL in the header',
      async () => {
        const own = await newKey('evil')
        return sign(own, good, { jwk: own.jwk, jku: jwks.url.href })
      },
    ],
    [
      'an unknown critical extension',
      () =>
        new SignJWT({ ...good, exp: now() + hour })
          .setProtectedHeader({ alg: key.alg, kid: key.kid, crit: ['x'], x: 1 })
          .sign(key.privateKey, { crit: { x: true } }),
    ],
    [
      'claims changed after signing',
      async () => {
        const [head, , signature] = (await sign(key, good)).split('.')
        const claims = JSON.stringify({ ...good, sub: 'eve', exp: now() + hour })
        return `${head}.${Buffer.from(claims).toString('base64url')}.${signature}`
      },
    ],
    ['no signature', async () => (await sign(key, good)).replace(/[^.]+$/, '')],
  ]

  test.each(forged)('rejects %s', async (_, forge) => {
    await expect(ask(`Bearer ${await forge()}`)).rejects.toMatchObject(unauthenticated)
  })

  test.each(['ES256', 'PS256', 'EdDSA'])('accepts the algorithm %s', async (alg) => {
    const other = await newKey('other', alg)
    await using server = await openJwksServer(other)
    const by = openOidc({
      issuer,
      audiences: [audience, 'https://files.example/mcp'],
      jwksUrl: server.url,
    })
    expect(await ask(`Bearer ${await sign(other, good)}`, by)).toMatchObject({
      caller: { workspaceId: 'ada' },
    })
  })
})

describe('the issuer’s keys', () => {
  test('fetches a new key for a token that names it, and rejects a withdrawn key', async () => {
    const [before, after] = [await newKey('before'), await newKey('after')]
    await using server = await openJwksServer(before)
    const by = openOidc({
      issuer,
      audiences: [audience, 'https://files.example/mcp'],
      jwksUrl: server.url,
    })
    const tokens = [await sign(before, good), await sign(after, good)] as const
    await ask(`Bearer ${tokens[0]}`, by)
    server.keys = [after]
    await expect(ask(`Bearer ${tokens[1]}`, by)).rejects.toMatchObject(unauthenticated)
    expect(server.fetches).toBe(1)
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 31_000)
    try {
      await expect(ask(`Bearer ${tokens[1]}`, by)).resolves.toBeDefined()
      await expect(ask(`Bearer ${tokens[0]}`, by)).rejects.toMatchObject(unauthenticated)
      expect(server.fetches).toBe(2)
    } finally {
      clock.mockRestore()
    }
  })

  test.each([500, 404, 302])(
    'answers identity-unavailable, not unauthenticated, for an issuer that answers %d',
    async (status) => {
      await using server = await openJwksServer(key)
      server.status = status
      const by = openOidc({
        issuer,
        audiences: [audience, 'https://files.example/mcp'],
        jwksUrl: server.url,
      })
      await expect(ask(`Bearer ${await sign(key, good)}`, by)).rejects.toMatchObject(away)
      server.status = 200
      await expect(ask(`Bearer ${await sign(key, good)}`, by)).resolves.toBeDefined()
    },
  )

  test('answers identity-unavailable, not unauthenticated, for an issuer that does not answer', async () => {
    const server = await openJwksServer(key)
    const by = openOidc({
      issuer,
      audiences: [audience, 'https://files.example/mcp'],
      jwksUrl: server.url,
    })
    await server[Symbol.asyncDispose]()
    await expect(ask(`Bearer ${await sign(key, good)}`, by)).rejects.toMatchObject(away)
  })
})

import { jwtVerify, type JWTVerifyGetKey } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFirebase } from '../../../shared/http/auth/firebase.ts'
import { openScheduler } from '../../../shared/http/auth/scheduler.ts'
import { openIssuerKeys } from '../../../shared/http/auth/issuer-keys.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { httpApp } from '../../support/http/http-app.ts'
import { allow } from '../../../shared/http/auth/allow.ts'
import { newKey, openJwksServer, sign, type TestKey } from '../../support/http/jwks-server.ts'

const minuteMs = 60_000
const away = { code: 'identity-unavailable' }

let one: TestKey
let two: TestKey
let server: Awaited<ReturnType<typeof openJwksServer>>
let keys: JWTVerifyGetKey
let clockMs: number

beforeEach(async () => {
  one = await newKey('one')
  two = await newKey('two')
  server = await openJwksServer(one)
  clockMs = 0
  keys = openIssuerKeys(server.url, () => clockMs)
})
afterEach(() => server[Symbol.asyncDispose]())

const verify = async (key: TestKey) => jwtVerify(await sign(key, { sub: 'ada' }), keys)

describe('the keys of an issuer', () => {
  test('stay valid without limit while the issuer is unavailable', async () => {
    await verify(one)
    server.status = 500
    for (const minutes of [11, 12, 60, 10_000]) {
      clockMs = minutes * minuteMs
      await expect(verify(one)).resolves.toBeDefined()
    }
  })

  test('are requested every 5 seconds while the issuer is unavailable', async () => {
    await verify(one)
    server.status = 500
    clockMs = 11 * minuteMs
    for (let request = 0; request < 20; request += 1) await verify(one)
    expect(server.fetches).toBe(2)
    clockMs += 5001
    await verify(one)
    await expect.poll(() => server.fetches).toBe(3)
  })

  test('are fetched when the issuer is available again', async () => {
    await verify(one)
    server.status = 500
    clockMs = 11 * minuteMs
    await verify(one)
    server.status = 200
    server.keys = [two]
    clockMs += 5001
    await expect(verify(two)).resolves.toBeDefined()
    await expect(verify(one)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  test('are unavailable for an unknown id while the issuer is unavailable', async () => {
    await verify(one)
    server.status = 500
    clockMs = minuteMs
    await expect(verify(two)).rejects.toMatchObject(away)
    await expect(verify(two)).rejects.toMatchObject(away)
    expect(server.fetches).toBe(2)
    await expect(verify(one)).resolves.toBeDefined()
  })

  test('are fetched for unknown ids every 30 seconds at most', async () => {
    await verify(one)
    const noKey = { code: 'ERR_JWKS_NO_MATCHING_KEY' }
    await expect(verify(two)).rejects.toMatchObject(noKey)
    clockMs = 31_000
    await Promise.all([1, 2, 3].map(() => expect(verify(two)).rejects.toMatchObject(noKey)))
    expect(server.fetches).toBe(2)
  })

  test('are fetched once for concurrent requests', async () => {
    await Promise.all([1, 2, 3, 4].map(() => verify(one)))
    expect(server.fetches).toBe(1)
  })

  test('are unavailable while the issuer answers no key set', async () => {
    server.status = 500
    await expect(verify(one)).rejects.toMatchObject(away)
    server.status = 200
    await expect(verify(one)).resolves.toBeDefined()
  })
})

test('an unavailable issuer is 503 with Retry-After and a log line with the cause', async () => {
  server.status = 500
  const { app, entries } = httpApp(
    (routes) => routes.get('/files', allow('files:read'), (c) => c.text('ok')),
    {
      authenticate: openFirebase({ projectId: 'p', emulator: false, jwksUrl: server.url }),
    },
  )
  const headers = { Authorization: `Bearer ${await sign(one, { sub: 'ada' })}` }
  const response = await app.request('/api/workspace/files', { headers })
  expect(response.headers.get('Retry-After')).toBe('5')
  await expectProblem(response, 503, 'identity-unavailable')
  expect(entries.find(({ severity }) => severity === 'WARNING')).toMatchObject({
    error: expect.stringContaining('200 OK') as string,
    requestId: response.headers.get('X-Request-Id'),
  })
})

test('rejects the scheduler with identity-unavailable while Google is unavailable', async () => {
  server.status = 500
  const authorize = openScheduler({
    email: 'a@b',
    audience: 'https://sweep.example',
    platformVerifies: false,
    jwksUrl: server.url,
  })
  const authorization = `Bearer ${await sign(one, { sub: 'ada' })}`
  const credentials = { authorization, host: 'sweep.example', origin: undefined, peer: undefined }
  await expect(authorize(credentials)).rejects.toMatchObject(away)
})

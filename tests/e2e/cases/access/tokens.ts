import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Issuer, TokenOptions } from '../../support/issuer.ts'

const hour = 3600
const now = () => Math.floor(Date.now() / 1000)

const refused: [string, TokenOptions][] = [
  ['alg none', { algorithm: 'none' }],
  ['HS256 keyed with the public key', { algorithm: 'HS256' }],
  ['a key that the issuer does not publish', { key: 'unpublished' }],
  ['a signature of other claims', { tampered: true }],
  ['another audience', { claims: { aud: 'another' } }],
  ['no audience', { claims: { aud: undefined } }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['no issuer', { claims: { iss: undefined } }],
  ['an exp in the past', { claims: { exp: now() - hour } }],
  ['no exp', { claims: { exp: undefined } }],
  ['an exp in words', { claims: { exp: 'tomorrow' } }],
  ['an nbf in the future', { claims: { nbf: now() + hour } }],
  ['no sub', { claims: { sub: undefined } }],
  ['an empty sub', { claims: { sub: '' } }],
  ['a sub that is a number', { claims: { sub: 5 } }],
  ['a scope that is a number', { claims: { scope: 5 } }],
  ['a scope that is a list', { claims: { scope: ['files:read'] } }],
  ['a scope that is null', { claims: { scope: null } }],
  ['an empty session', { claims: { session: '' } }],
  ['a null session', { claims: { session: null } }],
  ['a session that is a number', { claims: { session: 1 } }],
  ['a session that leads out', { claims: { session: '..' } }],
]

const accepted: [string, TokenOptions][] = [
  ['RS256', {}],
  ['ES256', { algorithm: 'ES256' }],
  ['one of several audiences', { claims: { aud: ['another', 'coffer'] } }],
  ['an nbf in the past', { claims: { nbf: now() - hour } }],
  ['a clock that is a few seconds off', { claims: { nbf: now() + 3 } }],
]

export function tokenCases(api: Api, issuer: Issuer): void {
  describe('tokens', () => {
    test.each(refused)('a token with %s is 401', async (_, options) => {
      const user = await api.newUser()
      const authorization = `Bearer ${await issuer.token(user.user, options)}`
      const response = await fetch(user.url('/files'), { headers: { authorization } })
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
      await expectProblem(response, 401, 'unauthenticated')
    })

    test.each(accepted)('a token with %s is accepted', async (_, options) => {
      const user = await api.newUser()
      const authorization = `Bearer ${await issuer.token(user.user, options)}`
      const response = await fetch(user.url('/files'), { headers: { authorization } })
      expect(response.status).toBe(200)
    })

    test('a request without a token is 401', async () => {
      const user = await api.newUser()
      await expectProblem(await fetch(user.url('/files')), 401, 'unauthenticated')
    })

    test('a token outside the Authorization header is ignored', async () => {
      const user = await api.newUser()
      const token = user.authorization.replace('Bearer ', '')
      const url = user.url('/files', { access_token: token })
      const headers = { cookie: `token=${token}`, 'x-authorization': user.authorization }
      await expectProblem(await fetch(url, { headers }), 401, 'unauthenticated')
    })

    test('accepts any sub as the user id', async () => {
      for (const base of ['auth0|', '../../', 'ü🎉 ', 'a/b:c#', '.']) {
        const sub = `${base}${crypto.randomUUID()}`
        const user = await api.callerOf(sub)
        const file = await user.store('/a.txt', 'mine')
        expect(file.workspaceId).toBe(sub)
        expect(await user.text('/a.txt')).toBe('mine')
      }
    })

    test('files:read allows only reading, files:write only writing', async () => {
      const all = await api.newUser()
      const name = all.user
      const { id } = await all.store('/a.txt', 'hello')
      const reader = await api.callerOf(name, { scope: 'files:read' })
      const writer = await api.callerOf(name, { scope: 'openid files:write' })
      const both = await api.callerOf(name, { scope: 'files:write files:read' })
      const nobody = await api.callerOf(name, { scope: 'openid files:readall' })
      const nothing = await api.callerOf(name, { scope: '' })
      const reads = ['/files', '/usage', `/files/${id}`, `/files/${id}/content`, '/content/a.txt']
      const writes: [string, string, unknown?][] = [
        ['PUT', '/content/b.txt'],
        ['POST', '/uploads', { path: '/c.txt', sizeBytes: 1 }],
        ['PATCH', `/files/${id}`, { metadata: { a: 1 } }],
        ['POST', `/files/${id}/restore`],
      ]
      for (const route of [...reads, `/files/${id}/download`]) {
        for (const caller of [reader, both])
          expect((await caller.get(route)).status).toBeLessThan(400)
        for (const caller of [writer, nobody, nothing]) {
          await expectProblem(await caller.get(route), 403, 'forbidden')
        }
      }
      for (const [method, route, json] of writes) {
        const options = json === undefined ? {} : { json }
        for (const caller of [reader, nobody, nothing]) {
          await expectProblem(await caller.call(method, route, options), 403, 'forbidden')
        }
        for (const caller of [writer]) {
          expect((await caller.call(method, route, options)).status).toBeLessThan(400)
        }
      }
      const json = { fileId: id }
      for (const caller of [reader, writer, nobody, nothing]) {
        await expectProblem(await caller.call('POST', '/shares', { json }), 403, 'forbidden')
      }
      expect((await both.call('POST', '/shares', { json })).status).toBe(201)
      for (const caller of [writer, nobody, nothing]) {
        await expectProblem(await caller.get('/shares'), 403, 'forbidden')
      }
      for (const caller of [reader, nobody, nothing]) {
        await expectProblem(await caller.call('DELETE', '/shares/none'), 403, 'forbidden')
        await expectProblem(await caller.call('DELETE', `/files/${id}`), 403, 'forbidden')
        await expectProblem(await caller.call('DELETE', '/sessions/s'), 403, 'forbidden')
      }
      expect((await both.call('DELETE', `/files/${id}`)).status).toBe(204)
    })

    test('only workspace:admin can set the quota of a user', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'hello')
      const route = `/admin/workspaces/${encodeURIComponent(user.user)}/quota`
      const admin = await api.callerOf('operator', { scope: 'workspace:admin' })
      const ordinary = await api.callerOf('operator')
      const bound = await api.callerOf('operator', { scope: 'workspace:admin', session: 's' })
      for (const caller of [user, ordinary, bound]) {
        await expectProblem(await caller.get(route), 403, 'forbidden')
        const json = { limitBytes: 1 }
        await expectProblem(await caller.call('PUT', route, { json }), 403, 'forbidden')
        await expectProblem(await caller.call('DELETE', route), 403, 'forbidden')
      }
      await expectProblem(await admin.get('/files'), 403, 'forbidden')
      const { limitBytes } = await user.usage()
      const set = await admin.call('PUT', route, { json: { limitBytes: 7 } })
      expect(await set.json()).toMatchObject({ usedBytes: 5, limitBytes: 7 })
      expect(await user.usage()).toMatchObject({ limitBytes: 7 })
      const body = 'more'
      const refused = await user.call('PUT', '/content/b.txt', { body })
      await expectProblem(refused, 413, 'quota-exceeded')
      expect(await (await admin.get(route)).json()).toMatchObject({ fileCount: 1, limitBytes: 7 })
      const json = { limitBytes: 0 }
      await expectProblem(await admin.call('PUT', route, { json }), 400, 'invalid-request')
      const reset = await admin.call('DELETE', route)
      expect(await reset.json()).toMatchObject({ limitBytes })
      const unknown = '/admin/workspaces/nobody/quota'
      await expectProblem(await admin.get(unknown), 404, 'not-found')
    })

    test('accepts a new key of the issuer and rejects a withdrawn one', async () => {
      const user = await api.newUser()
      issuer.rotate()
      const status = async () => {
        const authorization = `Bearer ${await issuer.token(user.user, { key: 'rotated' })}`
        return (await fetch(user.url('/files'), { headers: { authorization } })).status
      }
      await expect.poll(status, { timeout: 45_000, interval: 500 }).toBe(200)
      await expectProblem(await user.get('/files'), 401, 'unauthenticated')
    }, 60_000)
  })
}

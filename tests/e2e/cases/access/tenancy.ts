import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { expectProblem, type Problem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored, type Caller } from '../../support/caller.ts'

const calls: [string, string, unknown?][] = [
  ['GET', ''],
  ['GET', '/content'],
  ['GET', '/download'],
  ['HEAD', '/content'],
  ['PATCH', '', { name: 'mine.txt' }],
  ['PATCH', '', { metadata: { mine: true } }],
  ['POST', '/copy', { path: '/mine.txt' }],
  ['POST', '/restore'],
  ['DELETE', ''],
  ['DELETE', '?purge=true'],
]

export function tenancyCases(api: Api): void {
  describe('tenancy', () => {
    test('foreign ids answer 404, exactly like unknown ones', async () => {
      const owner = await api.newUser()
      const otherUser = await api.newUser()
      const files = await everyState(owner)
      const before = await owner.usage()
      for (const [method, route, json] of calls) {
        const options = json === undefined ? {} : { json }
        const answer = async (id: string) =>
          comparable(await otherUser.call(method, `/files/${id}${route}`, options), id)
        const unknown = await answer(crypto.randomUUID())
        expect(unknown.status).toBe(404)
        for (const [state, id] of Object.entries(files)) {
          expect({ state, ...(await answer(id)) }).toEqual({ state, ...unknown })
        }
      }
      expect(await owner.usage()).toEqual(before)
      expect((await owner.record(files.ready)).metadata).toEqual({})
      await expectNothingStored(otherUser)
    })

    test('two users can use the same path', async () => {
      const [one, two] = [await api.newUser(), await api.newUser()]
      await one.store('/same.txt', 'of one')
      await expectProblem(await two.get('/content/same.txt'), 404, 'not-found')
      await two.store('/same.txt', 'of two')
      expect(await one.text('/same.txt')).toBe('of one')
      expect((await two.call('DELETE', '/content/same.txt')).status).toBe(204)
      expect(await one.text('/same.txt')).toBe('of one')
      expect((await two.list()).files).toEqual([])
    })

    test('users with similar names share nothing', async () => {
      const base = `e2e-${crypto.randomUUID()}`
      const names = [base, base.toUpperCase(), `${base}/x`, `${base}.`, `${base}_`, `${base}%2Fx`]
      const users = await Promise.all(names.map((name) => api.callerOf(name)))
      for (const user of users) await user.store('/me.txt', `I am ${user.user}`)
      for (const user of users) {
        expect(await user.text('/me.txt')).toBe(`I am ${user.user}`)
        expect((await user.list()).files).toHaveLength(1)
      }
    })

    test('deleting a session keeps the session of the same name of another user', async () => {
      const [one, two] = [await api.newUser(), await api.newUser()]
      await one.store('/sessions/s/a.txt')
      await two.store('/sessions/s/a.txt', 'stays')
      await one.call('DELETE', '/sessions/s')
      expect(await two.text('/sessions/s/a.txt')).toBe('stays')
    })
  })
}

async function everyState(owner: Caller) {
  const ready = await owner.store('/ready.txt')
  const deleted = await owner.store('/deleted.txt')
  await owner.call('DELETE', `/files/${deleted.id}`)
  const superseded = await owner.store('/twice.txt', 'one')
  await owner.store('/twice.txt', 'two')
  const { file: pending } = await owner.reserve({ path: '/pending.txt', sizeBytes: 3 })
  const response = await owner.put('/virus', new Uint8Array(eicar()))
  const { file } = await expectProblem(response, 422, 'infected')
  return {
    ready: ready.id,
    deleted: deleted.id,
    superseded: superseded.id,
    pending: pending.id,
    infected: file?.id ?? '',
  }
}

/** The answer without its request id. */
async function comparable(response: Response, id: string) {
  const text = (await response.text()).replaceAll(id, '{id}')
  const problem = text === '' ? {} : (JSON.parse(text) as Problem)
  const headers = Object.fromEntries(response.headers)
  for (const name of ['date', 'x-request-id', 'content-length']) delete headers[name]
  return { status: response.status, headers, problem: { ...problem, instance: '{request}' } }
}

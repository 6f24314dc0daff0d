import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored, readRecord } from '../../support/caller.ts'
import type { FileRecord } from '../../support/record.ts'

const file = { name: 'file', fileName: 'a.txt', body: 'x' }

export function sessionCases(api: Api): void {
  describe('sessions', () => {
    test('with a session, relative paths resolve under its folder, absolute ones do not', async () => {
      const user = await api.newUser()
      const upload = async (query: Record<string, string>) =>
        (await readRecord(await user.post([file], { query }), 201)).path
      expect(await upload({ session: 's1' })).toBe('/sessions/s1/a.txt')
      expect(await upload({ session: 's1', path: 'b/c.txt' })).toBe('/sessions/s1/b/c.txt')
      expect(await upload({ session: 's1', path: '/d.txt' })).toBe('/d.txt')
      const { file: reserved } = await user.reserve({ session: 's1', name: 'e', sizeBytes: 1 })
      expect(reserved).toMatchObject({ path: '/sessions/s1/e', sessionId: 's1' })
    })

    test('without a session a relative path is 400', async () => {
      const user = await api.newUser()
      const response = await user.post([file, { name: 'path', body: 'b/c.txt' }])
      await expectProblem(response, 400, 'invalid-request', 'path')
      await expectNothingStored(user)
    })

    test('/content/{path} is always absolute', async () => {
      const user = await api.newUser()
      const query = { session: 's1' }
      const stored = await readRecord(await user.put('/a.txt', 'x', { query }), 201)
      expect(stored).toMatchObject({ path: '/a.txt', sessionId: null })
      expect((await user.get('/content/a.txt', { query })).status).toBe(200)
    })

    test('a list with a session shows only that session, and with allSessions all', async () => {
      const user = await api.newUser()
      for (const path of ['/top', '/sessions/s1/a', '/sessions/s1/b/c', '/sessions/s12/d']) {
        await user.store(path)
      }
      const paths = async (query: Record<string, string | boolean>) =>
        (await user.list({ ...query, sort: 'path' })).files.map(({ path }: FileRecord) => path)
      expect(await paths({ session: 's1' })).toEqual(['/sessions/s1/a', '/sessions/s1/b/c'])
      expect(await paths({ session: 's1', prefix: 'b' })).toEqual(['/sessions/s1/b/c'])
      expect(await paths({ session: 'none' })).toEqual([])
      expect(await paths({ session: 's1', allSessions: true })).toEqual(await paths({}))
      expect(await paths({ session: 's1', allSessions: false })).toHaveLength(2)
    })

    test('DELETE of a session deletes only its files', async () => {
      const user = await api.newUser()
      const inside = await user.store('/sessions/s1/a')
      await user.store('/sessions/s1/deep/b')
      const { file: pending } = await user.reserve({ path: '/sessions/s1/p', sizeBytes: 5 })
      const others = ['/sessions/s12/c', '/sessions/S1/d', '/s1/e', '/sessions/s/1']
      for (const path of others) await user.store(path)
      expect((await user.call('DELETE', '/sessions/s1')).ok).toBe(true)
      const left = (await user.list()).files.map(({ path }) => path)
      expect(left.sort()).toEqual(others.toSorted())
      await expectProblem(await user.get(`/files/${inside.id}`), 410, 'gone')
      expect([404, 410]).toContain((await user.get(`/files/${pending.id}`)).status)
      expect(await user.usage()).toMatchObject({ reservedBytes: 0, fileCount: others.length })
      expect((await user.call('DELETE', '/sessions/s1')).ok).toBe(true)
    })

    test('an invalid session id is 400', async () => {
      const user = await api.newUser()
      for (const session of ['..', 'a/b', 'ü', 'x'.repeat(129), '']) {
        const response = await user.post([file], { query: { session } })
        await expectProblem(response, 400, 'invalid-request', 'session')
      }
      for (const session of ['%2e%2e', 'a%2Fb', 'x'.repeat(129)]) {
        const response = await user.raw({ method: 'DELETE', target: `/sessions/${session}` })
        expect([400, 404]).toContain(response?.status)
      }
      await expectNothingStored(user)
    })
  })
}

import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored, readRecord } from '../../support/caller.ts'

export function deleteCases(api: Api): void {
  describe('delete and restore', () => {
    test('a deleted file is 410 with the time until which it can be restored', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'hello')
      expect((await user.call('DELETE', `/files/${id}`)).status).toBe(204)
      for (const route of ['', '/content', '/download']) {
        const problem = await expectProblem(await user.get(`/files/${id}${route}`), 410, 'gone')
        expect(problem.detail).toMatch(/\d{4}-\d\d-\d\d/)
        expect(problem.file).toMatchObject({ id, isDeleted: true })
      }
      await expectProblem(await user.get('/content/a.txt'), 410, 'gone')
      expect(await user.usage()).toMatchObject({ usedBytes: 0, trashBytes: 5, fileCount: 0 })
    })

    test('DELETE is 204, also for a file that is already in the trash', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      for (let times = 0; times < 2; times++) {
        expect((await user.call('DELETE', `/files/${id}`)).status).toBe(204)
      }
      expect((await user.call('DELETE', '/content/a.txt')).status).toBe(204)
      await user.store('/b.txt')
      for (let times = 0; times < 2; times++) {
        expect((await user.call('DELETE', '/content/b.txt')).status).toBe(204)
      }
      await expectProblem(await user.call('DELETE', '/content/none'), 404, 'not-found')
      const unknown = await user.call('DELETE', `/files/${crypto.randomUUID()}`)
      await expectProblem(unknown, 404, 'not-found')
    })

    test('a deleted file can be restored to its path', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'hello')
      await user.call('DELETE', `/files/${id}`)
      const restored = await readRecord(await user.call('POST', `/files/${id}/restore`), 200)
      expect(restored).toMatchObject({ id, path: '/a.txt', isDeleted: false, deletedAt: null })
      expect(await user.text('/a.txt')).toBe('hello')
      expect(await user.usage()).toMatchObject({ usedBytes: 5, trashBytes: 0, fileCount: 1 })
      await readRecord(await user.call('POST', `/files/${id}/restore`), 200)
    })

    test('restore is path-taken if the path has a new owner', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'old')
      await user.call('DELETE', `/files/${id}`)
      await user.store('/a.txt', 'new')
      await expectProblem(await user.call('POST', `/files/${id}/restore`), 409, 'path-taken')
      expect(await user.text('/a.txt')).toBe('new')
    })

    test('purge=true deletes immediately and permanently', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'hello')
      const purge = () => user.call('DELETE', `/files/${id}`, { query: { purge: true } })
      expect((await purge()).status).toBe(204)
      await expectProblem(await user.get(`/files/${id}`), 404, 'not-found')
      await expectProblem(await user.get('/content/a.txt'), 404, 'not-found')
      await expectProblem(await user.call('POST', `/files/${id}/restore`), 404, 'not-found')
      await expectProblem(await purge(), 404, 'not-found')
      await expectNothingStored(user)
    })

    test('a file in the trash can be purged', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      await user.call('DELETE', `/files/${id}`)
      const purge = await user.call('DELETE', `/files/${id}`, { query: { purge: true } })
      expect(purge.status).toBe(204)
      await expectNothingStored(user)
    })

    test('purge other than true or false is 400 and deletes nothing', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const response = await user.call('DELETE', `/files/${id}`, { query: { purge: 'yes' } })
      await expectProblem(response, 400, 'invalid-request', 'purge')
      expect(await user.record(id)).toMatchObject({ isDeleted: false })
    })

    test('an overwritten version stays readable by its id', async () => {
      const user = await api.newUser()
      const first = await user.store('/a.txt', 'first')
      const second = await user.store('/a.txt', 'second')
      expect(second.id).not.toBe(first.id)
      expect(await user.text('/a.txt')).toBe('second')
      const old = await user.get(`/files/${first.id}/content`)
      expect(await old.text()).toBe('first')
      expect(await user.record(first.id)).toMatchObject({
        isDeleted: true,
        supersededBy: second.id,
      })
      expect((await user.list()).files.map((file) => file.id)).toEqual([second.id])
      expect((await user.list({ deleted: true })).files.map((file) => file.id)).toEqual([first.id])
      expect(await user.usage()).toMatchObject({ usedBytes: 6, trashBytes: 5, fileCount: 1 })
    })

    test('a deleted superseded file is 410', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'first')
      await user.store('/a.txt', 'second')
      expect((await user.call('DELETE', `/files/${id}`)).status).toBe(204)
      await expectProblem(await user.get(`/files/${id}/content`), 410, 'gone')
    })

    test('DELETE with a failing If-Match deletes nothing', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'kept')
      const headers = { 'if-match': '"other"' }
      const response = await user.call('DELETE', '/content/a.txt', { headers })
      await expectProblem(response, 412, 'precondition-failed')
      expect(await user.text('/a.txt')).toBe('kept')
    })

    test('the counters change with every step of a file', async () => {
      const user = await api.newUser()
      const expectUsage = async (usedBytes: number, trashBytes: number, fileCount: number) => {
        const usage = await user.usage()
        expect(usage).toMatchObject({ usedBytes, trashBytes, fileCount, reservedBytes: 0 })
        expect(usage.usedPercent).toBeCloseTo((usedBytes / usage.limitBytes) * 100, 1)
      }
      await expectUsage(0, 0, 0)
      const { id } = await user.store('/a', '12345')
      await expectUsage(5, 0, 1)
      const { id: second } = await user.store('/a', '123')
      await expectUsage(3, 5, 1)
      await user.call('DELETE', '/content/a')
      await expectUsage(0, 8, 0)
      await user.call('POST', `/files/${id}/restore`)
      await expectUsage(5, 3, 1)
      await user.call('DELETE', `/files/${second}`, { query: { purge: true } })
      await expectUsage(5, 0, 1)
      const { file } = await user.reserve({ path: '/p', sizeBytes: 7 })
      expect(await user.usage()).toMatchObject({ usedBytes: 5, reservedBytes: 7 })
      await user.call('DELETE', `/files/${file.id}`)
      await expectUsage(5, 0, 1)
    })
  })
}

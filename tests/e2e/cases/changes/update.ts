import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'

export function updateCases(api: Api): void {
  describe('update', () => {
    test('rename keeps the folder, the id and the bytes', async () => {
      const user = await api.newUser()
      const file = await user.store('/docs/old.txt', 'bytes')
      const response = await user.call('PATCH', `/files/${file.id}`, { json: { name: 'new.txt' } })
      const renamed = await readRecord(response, 200)
      expect(renamed).toMatchObject({
        id: file.id,
        name: 'new.txt',
        path: '/docs/new.txt',
        checksum: file.checksum,
        storagePath: file.storagePath,
        generation: file.generation,
        createdAt: file.createdAt,
      })
      expect(await user.text('/docs/new.txt')).toBe('bytes')
      await expectProblem(await user.get('/content/docs/old.txt'), 404, 'not-found')
    })

    test('a move changes name and session with the path and frees the old path', async () => {
      const user = await api.newUser()
      const file = await user.store('/a.txt', 'moved')
      const json = { path: '/sessions/s1/b/c.txt' }
      const moved = await readRecord(await user.call('PATCH', `/files/${file.id}`, { json }), 200)
      expect(moved).toMatchObject({ name: 'c.txt', sessionId: 's1', path: '/sessions/s1/b/c.txt' })
      await readRecord(await user.put('/a.txt', 'new', { headers: { 'if-none-match': '*' } }), 201)
      expect(await user.text('/sessions/s1/b/c.txt')).toBe('moved')
    })

    test('a move to a taken path is 409 path-taken, and to its own path succeeds', async () => {
      const user = await api.newUser()
      const file = await user.store('/a.txt', 'a')
      await user.store('/b.txt', 'b')
      const patch = (path: string) => user.call('PATCH', `/files/${file.id}`, { json: { path } })
      await expectProblem(await patch('/b.txt'), 409, 'path-taken')
      await readRecord(await patch('/a.txt'), 200)
      expect(await user.text('/b.txt')).toBe('b')
    })

    test('an update replaces only the metadata', async () => {
      const user = await api.newUser()
      const query = { metadata: '{"a":1}' }
      const file = await readRecord(await user.put('/a.txt', 'x', { query }), 201)
      const metadata = { b: { deep: [1, null, 'ü'] } }
      const patch = await user.call('PATCH', `/files/${file.id}`, { json: { metadata } })
      expect(await readRecord(patch, 200)).toMatchObject({ metadata, path: '/a.txt' })
      const read = await user.record(file.id)
      expect(read.metadata).toEqual(metadata)
      expect(Date.parse(read.updatedAt)).toBeGreaterThanOrEqual(Date.parse(file.updatedAt))
    })

    test('a pending file accepts new metadata but no new path', async () => {
      const user = await api.newUser()
      const { file } = await user.reserve({ path: '/p.txt', sizeBytes: 3 })
      const patch = (json: unknown) => user.call('PATCH', `/files/${file.id}`, { json })
      await readRecord(await patch({ metadata: { a: 1 } }), 200)
      await expectProblem(await patch({ path: '/q.txt' }), 409, 'not-scanned')
    })

    test('a deleted file is 410 for an update, an unknown one 404', async () => {
      const user = await api.newUser()
      const file = await user.store('/a.txt')
      await user.call('DELETE', `/files/${file.id}`)
      const patch = (id: string) => user.call('PATCH', `/files/${id}`, { json: { name: 'b' } })
      await expectProblem(await patch(file.id), 410, 'gone')
      await expectProblem(await patch(crypto.randomUUID()), 404, 'not-found')
    })

    test('a copy is another file with the same bytes', async () => {
      const user = await api.newUser()
      const file = await user.store('/a.txt', 'copied')
      const json = { path: '/sessions/s1/b.txt' }
      const response = await user.call('POST', `/files/${file.id}/copy`, { json })
      const copy = await readRecord(response, 201)
      expect(response.headers.get('location')).toMatch(new RegExp(`/files/${copy.id}$`))
      expect(response.headers.get('etag')).toMatch(/^"/)
      expect(copy).toMatchObject({
        path: '/sessions/s1/b.txt',
        sessionId: 's1',
        state: 'ready',
        checksum: file.checksum,
        mimeType: file.mimeType,
        sizeBytes: 6,
      })
      expect(copy.id).not.toBe(file.id)
      await user.call('DELETE', `/files/${file.id}`, { query: { purge: true } })
      expect(await user.text('/sessions/s1/b.txt')).toBe('copied')
      expect(await user.usage()).toMatchObject({ usedBytes: 6, fileCount: 1, trashBytes: 0 })
    })

    test('a copy to a taken path is 409, and with overwrite replaces the file', async () => {
      const user = await api.newUser()
      const source = await user.store('/a.txt', 'source')
      const target = await user.store('/b.txt', 'target')
      const copy = (json: unknown) => user.call('POST', `/files/${source.id}/copy`, { json })
      await expectProblem(await copy({ path: '/b.txt' }), 409, 'path-taken')
      expect(await user.text('/b.txt')).toBe('target')
      const copied = await readRecord(await copy({ path: '/b.txt', overwrite: true }), 201)
      expect(await user.text('/b.txt')).toBe('source')
      expect(await user.record(target.id)).toMatchObject({ supersededBy: copied.id })
    })

    test('a file that is not ready cannot be copied', async () => {
      const user = await api.newUser()
      const { file } = await user.reserve({ path: '/p.txt', sizeBytes: 3 })
      const json = { path: '/q.txt' }
      const response = await user.call('POST', `/files/${file.id}/copy`, { json })
      await expectProblem(response, 409, 'not-scanned')
    })
  })
}

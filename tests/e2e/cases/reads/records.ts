import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord, type Caller } from '../../support/caller.ts'

const recordRoute = (path: string) => `/paths${path.split('/').map(encodeURIComponent).join('/')}`

export function recordCases(api: Api): void {
  describe('GET /paths/{path}', () => {
    test('answers the record of the file that owns the path', async () => {
      const user = await api.newUser()
      const stored = await user.store('/reports/ä b#1.txt', 'one')
      const response = await user.get(recordRoute('/reports/ä b#1.txt'))
      expect(response.headers.get('etag')).toBe(`"${stored.checksum}"`)
      expect(await readRecord(response, 200)).toEqual(stored)
      const next = await user.store('/reports/ä b#1.txt', 'two')
      const after = await readRecord(await user.get(recordRoute('/reports/ä b#1.txt')), 200)
      expect(after.id).toBe(next.id)
    })

    test('answers a pending upload, and 410 for a file in the trash', async () => {
      const user = await api.newUser()
      const { file } = await user.reserve({ path: '/a.txt', sizeBytes: 3 })
      const pending = await readRecord(await user.get('/paths/a.txt'), 200)
      expect(pending).toMatchObject({ id: file.id, state: 'pending' })
      const { id } = await user.store('/b.txt')
      await user.call('DELETE', `/files/${id}`)
      await expectProblem(await user.get('/paths/b.txt'), 410, 'gone')
    })

    test('is 404 for a free path and for a path of another user, and 400 for a bad path', async () => {
      const user = await api.newUser()
      const other = await api.newUser()
      await other.store('/a.txt')
      await expectProblem(await user.get('/paths/a.txt'), 404, 'not-found')
      await expectProblem(await user.get('/paths/%E2%80%AEgnp.exe'), 400, 'invalid-request')
      await expectProblem(await user.get('/paths/a//b'), 400, 'invalid-request')
    })
  })

  describe('fields', () => {
    test('a listing answers the named fields only, in about 170 bytes a row', async () => {
      const user = await api.newUser()
      await user.store('/reports/2026/quarter-3.pdf', 'bytes')
      const fields = 'id,path,state,mimeType,sizeBytes,modifiedAt'
      const response = await user.get('/files', { query: { fields } })
      const text = await response.text()
      const { files } = JSON.parse(text) as { files: object[] }
      expect(files.map((file) => Object.keys(file).toSorted())).toEqual([
        fields.split(',').toSorted(),
      ])
      expect(JSON.stringify(files[0]).length).toBeLessThan(200)
      const { files: whole } = await user.list()
      expect(JSON.stringify(whole[0]).length).toBeGreaterThan(500)
    })

    test('leaves out fields that a file lacks, and counts pages and folders as before', async () => {
      const user = await api.newUser()
      await user.reserve({ path: '/a.txt', sizeBytes: 1 })
      await user.store('/b/c.txt')
      const query = { fields: 'name,charset', delimiter: '/', total: true }
      expect(await user.list(query)).toMatchObject({
        files: [{ name: 'a.txt' }],
        folders: ['/b/'],
        total: 2,
      })
    })

    test.each(['', 'id,', 'sequence', 'id,no-such-field', '__proto__', `id,${'x'.repeat(2000)}`])(
      'an unknown field is 400 and the known ones are named: %s',
      async (fields) => {
        const user = await api.newUser()
        const { errors } = await expectProblem(
          await user.get('/files', { query: { fields } }),
          400,
          'invalid-request',
        )
        expect(errors).toMatchObject([{ field: 'fields' }])
        expect(errors?.[0]?.detail).toContain('sizeBytes, ')
        expect(errors?.[0]?.detail.length).toBeLessThan(500)
      },
    )
  })

  describe('filters of a listing', () => {
    test('kind selects by the detected type', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'plain text')
      await user.store('/b.json', '{"a":1}')
      await user.store('/c.pdf', '%PDF-1.4\n%âãÏÓ\n')
      const paths = async (kind: string) =>
        (await user.list({ kind, sort: 'path' })).files.map(({ path }) => path)
      expect(await paths('text')).toEqual(['/a.txt', '/b.json'])
      expect(await paths('document')).toEqual(['/c.pdf'])
      expect(await paths('image')).toEqual([])
      await expectProblem(
        await user.get('/files', { query: { kind: 'picture' } }),
        400,
        'invalid-request',
      )
    })

    test('times select half-open ranges, in any offset', async () => {
      const user = await api.newUser()
      const dates = ['2019-12-31T23:00:00Z', '2020-01-01T00:00:00Z', '2021-06-01T12:00:00Z']
      for (const modifiedAt of dates) {
        await readRecord(
          await user.put(`/${modifiedAt.slice(0, 4)}`, 'x', { query: { modifiedAt } }),
          201,
        )
      }
      const paths = (query: Record<string, string>) => names(user, query)
      const from = '2020-01-01T00:00:00Z'
      expect(await paths({ modifiedAfter: from })).toEqual(['/2020', '/2021'])
      expect(await paths({ modifiedAfter: '2020-01-01T01:00:00.0001+01:00' })).toEqual([
        '/2020',
        '/2021',
      ])
      expect(await paths({ modifiedBefore: from })).toEqual(['/2019'])
      expect(await paths({ createdAfter: '2024-01-01T00:00:00Z' })).toHaveLength(3)
      expect(await paths({ createdBefore: '2024-01-01T00:00:00Z' })).toEqual([])
      const { total } = await user.list({ modifiedAfter: from, total: true, limit: 1 })
      expect(total).toBe(2)
    })

    test('a cursor belongs to its filters', async () => {
      const user = await api.newUser()
      for (const path of ['/a', '/b', '/c']) await user.store(path, 'text')
      const { nextCursor = '' } = await user.list({ kind: 'text', limit: 1 })
      expect((await user.list({ kind: 'text', limit: 5, cursor: nextCursor })).files).toHaveLength(
        2,
      )
      const other = { kind: 'other', limit: 1, cursor: nextCursor }
      await expectProblem(await user.get('/files', { query: other }), 400, 'invalid-request')
    })

    test.each([
      'yesterday',
      '2020-01-01',
      '2020-01-01T00:00:00',
      '2020-13-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
      '99999-01-01T00:00:00Z',
      '9999-12-31T23:59:59-01:00',
    ])('a time that is not RFC 3339 or out of bounds is 400: %s', async (text) => {
      const user = await api.newUser()
      for (const name of ['createdAfter', 'modifiedBefore']) {
        const { errors } = await expectProblem(
          await user.get('/files', { query: { [name]: text } }),
          400,
          'invalid-request',
        )
        expect(errors).toMatchObject([{ field: name }])
      }
    })
  })
}

async function names(user: Caller, query: Record<string, string>): Promise<string[]> {
  return (await user.list({ sort: 'path', ...query })).files.map(({ path }) => path)
}

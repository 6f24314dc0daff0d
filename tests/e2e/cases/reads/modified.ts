import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord, type Caller } from '../../support/caller.ts'
import type { FileRecord } from '../../support/record.ts'

const given = '2019-05-01T12:00:00+02:00'
const modifiedAt = '2019-05-01T10:00:00.000Z'
const httpDate = 'Wed, 01 May 2019 10:00:00 GMT'
const waitLong = { prefer: 'wait=60' }

const waysIn: Record<string, (user: Caller, modifiedAt: string) => Promise<Response>> = {
  'a form field': (user, text) =>
    user.post(
      [
        { name: 'file', fileName: 'a.txt', body: 'new' },
        { name: 'modifiedAt', body: text },
      ],
      { headers: waitLong },
    ),
  'the query': (user, text) =>
    user.put('/a.txt', 'new', { query: { modifiedAt: text }, headers: waitLong }),
  'a header': (user, text) =>
    user.put('/a.txt', 'new', { headers: { 'modified-at': text, ...waitLong } }),
  'the JSON of an upload': (user, text) =>
    user.call('POST', '/uploads', { json: { path: '/a.txt', sizeBytes: 3, modifiedAt: text } }),
  'the JSON of an import': (user, text) =>
    user.call('POST', '/imports', {
      json: { source: 'data:text/plain,new', path: '/a.txt', modifiedAt: text },
      headers: waitLong,
    }),
}
const ways = Object.entries(waysIn)

const put = async (user: Caller, body: string, modifiedAt: string): Promise<FileRecord> =>
  readRecord(await user.put('/a.txt', body, { query: { modifiedAt }, headers: waitLong }), 201)

export function modifiedCases(api: Api): void {
  describe('modifiedAt', () => {
    test.each(ways)('%s sets it, in UTC', async (_, send) => {
      const user = await api.newUser()
      const response = await send(user, given)
      expect(response.status).toBeLessThan(300)
      const { files } = await user.list()
      expect(files).toMatchObject([{ path: '/a.txt', modifiedAt }])
    })

    test.each(ways)('%s with a bad or absurd time is 400', async (_, send) => {
      const user = await api.newUser()
      const future = new Date(Date.now() + 2 * 86_400_000).toISOString()
      for (const text of ['2019', '2019-05-01', '1556704800', '1601-01-01T00:00:00Z', future]) {
        const { errors } = await expectProblem(await send(user, text), 400, 'invalid-request')
        expect(errors?.[0]?.field.toLowerCase().replace('-', '')).toBe('modifiedat')
      }
      expect(await user.usage()).toMatchObject({ fileCount: 0, reservedBytes: 0 })
    })

    test('is the time of the upload if no time is given', async () => {
      const user = await api.newUser()
      const file = await user.store('/a.txt')
      expect(file.modifiedAt).toBe(file.createdAt)
    })

    test('given in the query and as a header is 400', async () => {
      const user = await api.newUser()
      const headers = { 'modified-at': given }
      const refused = await user.put('/a.txt', 'new', { query: { modifiedAt: given }, headers })
      await expectProblem(refused, 400, 'invalid-request')
    })

    test('is kept by moves, copies, versions and restores', async () => {
      const user = await api.newUser()
      const { id } = await put(user, 'one', given)
      const json = { path: '/copy.txt' }
      const copied = await user.call('POST', `/files/${id}/copy`, { json })
      expect(await readRecord(copied, 201)).toMatchObject({ modifiedAt })
      const imported = await user.call('POST', '/imports', {
        json: { source: `workspace://${id}`, path: '/imported.txt' },
      })
      expect(await readRecord(imported, 201)).toMatchObject({ modifiedAt })
      const moved = await user.call('PATCH', `/files/${id}`, { json: { path: '/moved.txt' } })
      expect(await readRecord(moved, 200)).toMatchObject({ modifiedAt })
      await user.store('/moved.txt', 'two')
      expect(await user.record(id)).toMatchObject({ isDeleted: true, modifiedAt })
      const restored = await user.call('POST', `/files/${id}/restore`, { json: { path: '/old' } })
      expect(await readRecord(restored, 200)).toMatchObject({ modifiedAt })
    })

    test('is Last-Modified by path, by id and on a link', async () => {
      const user = await api.newUser()
      const { id } = await put(user, 'one', given)
      for (const route of ['/content/a.txt', `/files/${id}/content`]) {
        const response = await user.get(route)
        expect(response.headers.get('last-modified')).toBe(httpDate)
      }
    })

    test('a future time within the tolerance is never a future Last-Modified', async () => {
      const user = await api.newUser()
      await put(user, 'one', new Date(Date.now() + 3_600_000).toISOString())
      const response = await user.get('/content/a.txt')
      const served = Date.parse(response.headers.get('last-modified') ?? '')
      expect(served).toBeLessThanOrEqual(Date.parse(response.headers.get('date') ?? ''))
    })

    test('a replacement with an earlier or the same time is never 304 by date', async () => {
      const user = await api.newUser()
      await put(user, 'one', given)
      const first = await user.get('/content/a.txt')
      const since = { 'if-modified-since': first.headers.get('last-modified') ?? '' }
      for (const [body, time] of [
        ['two', '2018-01-01T00:00:00Z'],
        ['three', given],
      ] as const) {
        await put(user, body, time)
        const response = await user.get('/content/a.txt', { headers: since })
        expect(response.status).toBe(200)
        expect(await response.text()).toBe(body)
      }
    })

    test('a date of a replaced version never holds for If-Unmodified-Since and If-Range', async () => {
      const user = await api.newUser()
      await put(user, 'one', given)
      await put(user, 'two', given)
      const unmodified = await user.get('/content/a.txt', {
        headers: { 'if-unmodified-since': httpDate },
      })
      await expectProblem(unmodified, 412, 'precondition-failed')
      const ranged = await user.get('/content/a.txt', {
        headers: { range: 'bytes=1-', 'if-range': httpDate },
      })
      expect(ranged.status).toBe(200)
      expect(await ranged.text()).toBe('two')
    })

    test('by id, where bytes never change, the date validates', async () => {
      const user = await api.newUser()
      const { id } = await put(user, 'one', given)
      const get = (headers: Record<string, string>) => user.get(`/files/${id}/content`, { headers })
      expect((await get({ 'if-modified-since': httpDate })).status).toBe(304)
      expect((await get({ 'if-unmodified-since': httpDate })).status).toBe(200)
      expect((await get({ range: 'bytes=1-', 'if-range': httpDate })).status).toBe(206)
      const earlier = 'Wed, 01 May 2019 09:59:59 GMT'
      expect((await get({ 'if-modified-since': earlier })).status).toBe(200)
    })

    test('ETags decide before dates', async () => {
      const user = await api.newUser()
      const { checksum } = await put(user, 'one', given)
      const headers = { 'if-none-match': `"${checksum}"`, 'if-modified-since': httpDate }
      expect((await user.get('/content/a.txt', { headers })).status).toBe(304)
      await put(user, 'two', given)
      expect((await user.get('/content/a.txt', { headers })).status).toBe(200)
    })
  })
}

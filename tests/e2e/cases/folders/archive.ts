import { describe, expect, test } from 'vitest'
import { readZip } from '../../../support/files/read-zip.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller } from '../../support/caller.ts'

async function entriesOf(response: Response): Promise<Record<string, string>> {
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip'])
  const entries = readZip(Buffer.from(await response.arrayBuffer()))
  expect(entries.every(({ isUtf8, madeBy }) => isUtf8 && madeBy === 3)).toBe(true)
  expect(new Set(entries.map(({ name }) => name.toLowerCase())).size).toBe(entries.length)
  return Object.fromEntries(entries.map(({ name, text }) => [name, text]))
}

const archive = (caller: Caller, query: Record<string, string | number>, accept = '*/*') =>
  caller.get('/archive', { query, headers: { accept } })

async function linkOf(caller: Caller, query: Record<string, string | number>): Promise<string> {
  const response = await archive(caller, query, 'application/json')
  expect(response.status).toBe(200)
  return ((await response.json()) as { url: string }).url
}

export function folderArchiveCases(api: Api): void {
  describe('GET /archive', () => {
    test('answers a ZIP of a folder at any depth, with names of every script', async () => {
      const user = await api.newUser()
      for (const path of ['/docs/a.txt', '/docs/deep/休日/Ä 😀.txt', '/docs.txt', '/docs2/b.txt']) {
        await user.store(path)
      }
      await user.store('/docs/empty', '')
      const response = await archive(user, { prefix: '/docs' })
      expect(response.headers.get('content-disposition')).toBe('attachment; filename="docs.zip"')
      expect(await entriesOf(response)).toEqual({
        'docs/a.txt': 'bytes of /docs/a.txt',
        'docs/deep/休日/Ä 😀.txt': 'bytes of /docs/deep/休日/Ä 😀.txt',
        'docs/empty': '',
      })
      expect(Object.keys(await entriesOf(await archive(user, { prefix: '/' })))).toHaveLength(5)
      const head = await user.call('HEAD', '/archive', { query: { prefix: '/docs' } })
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/zip'])
    })

    test('names of entries are valid and distinct on every system', async () => {
      const user = await api.newUser()
      const paths = ['/f/A.txt', '/f/a.txt', '/f/con.txt', '/f/q?.txt', '/f/dot.', '/f/x', '/f/x/y']
      for (const path of paths) await user.store(path)
      expect(Object.entries(await entriesOf(await archive(user, { prefix: '/f' })))).toEqual([
        ['f/A.txt', 'bytes of /f/A.txt'],
        ['f/a (2).txt', 'bytes of /f/a.txt'],
        ['f/_con.txt', 'bytes of /f/con.txt'],
        ['f/dot_', 'bytes of /f/dot.'],
        ['f/q_.txt', 'bytes of /f/q?.txt'],
        ['f/x', 'bytes of /f/x'],
        ['f/x (2)/y', 'bytes of /f/x/y'],
      ])
    })

    test('answers a ZIP of some files, by their names', async () => {
      const user = await api.newUser()
      const ids = []
      for (const path of ['/a/x.txt', '/b/x.txt', '/c/y.txt']) ids.push((await user.store(path)).id)
      const entries = await entriesOf(await archive(user, { ids: [...ids, ids[0]].join(',') }))
      expect(entries).toEqual({
        'x.txt': 'bytes of /a/x.txt',
        'x (2).txt': 'bytes of /b/x.txt',
        'y.txt': 'bytes of /c/y.txt',
      })
    })

    test('leaves out files that are not ready or deleted, and the trash', async () => {
      const user = await api.newUser()
      await user.store('/a/x', 'old')
      await user.store('/a/x', 'new')
      const { id } = await user.store('/a/deleted')
      await user.call('DELETE', `/files/${id}`)
      await user.reserve({ path: '/a/pending', sizeBytes: 5 })
      expect(await entriesOf(await archive(user, { prefix: '/a' }))).toEqual({ 'a/x': 'new' })
    })

    test('a link works without a token, serves what is there now, and expires', async () => {
      const user = await api.newUser()
      await user.store('/a/x', 'ex')
      const url = await linkOf(user, { prefix: '/a' })
      expect(url).not.toContain(user.user)
      expect(await entriesOf(await fetch(url))).toEqual({ 'a/x': 'ex' })
      await user.store('/a/y', 'why')
      expect(Object.keys(await entriesOf(await fetch(url)))).toEqual(['a/x', 'a/y'])
      const short = await linkOf(user, { prefix: '/a', expiresIn: 1 })
      await expect
        .poll(async () => (await fetch(short)).status, { timeout: 5000, interval: 200 })
        .toBe(403)
      await expectProblem(await fetch(`${url}x`), 403, 'forbidden')
    })

    test('refuses a folder without files, unknown files, files of others and unclear requests', async () => {
      const [user, stranger] = [await api.newUser(), await api.newUser()]
      const { id } = await user.store('/a/x')
      const deleted = await user.store('/b/x')
      await user.call('DELETE', `/files/${deleted.id}`)
      for (const query of [{ prefix: '/none' }, { prefix: '/a/x' }, { ids: 'none' }]) {
        await expectProblem(await archive(user, query), 404, 'not-found')
      }
      await expectProblem(await archive(user, { ids: `${id},${deleted.id}` }), 410, 'gone')
      await expectProblem(await archive(stranger, { ids: id }), 404, 'not-found')
      await expectProblem(await archive(stranger, { prefix: '/a' }), 404, 'not-found')
      for (const query of [{}, { prefix: '/a', ids: id }, { prefix: 'a' }]) {
        await expectProblem(await archive(user, query), 400, 'invalid-request', 'prefix')
      }
      const many = Array.from({ length: 101 }, () => id).join(',')
      await expectProblem(await archive(user, { ids: many }), 400, 'invalid-request', 'ids')
    })
  })
}

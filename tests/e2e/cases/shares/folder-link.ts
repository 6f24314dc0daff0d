import { describe, expect, test } from 'vitest'
import { readZip } from '../../../support/files/read-zip.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import { rawRequest } from '../../../support/http/raw-http.ts'
import type { Api } from '../../support/api.ts'
import { readJson } from '../../support/caller.ts'
import { asJson, expectHidden, namesAt, share } from './share.ts'

/** Raw paths after `/files`, with the rule that each violates. */
const hostile: [string, string][] = [
  ['a dot segment', '/../../beside.txt'],
  ['an encoded dot segment', '/%2e%2e/beside.txt'],
  ['a dot segment inside', '/deep/../x.txt'],
  ['an encoded slash', '/..%2fbeside.txt'],
  ['an encoded backslash', '/..%5Cbeside.txt'],
  ['an empty segment', '//x.txt'],
  ['no name', '/'],
  ['NUL', '/x%00.txt'],
  ['a bidirectional override', '/a%E2%80%AEtxt.exe'],
  ['bytes that are no UTF-8', '/%FF'],
]

async function shared(api: Api) {
  const user = await api.newUser()
  const files: Record<string, { id: string }> = {}
  for (const path of ['x.txt', 'deep/休日/Ä 😀.txt', 'deep/y.txt']) {
    files[path] = await user.store(`/private-place/folder/${path}`, `bytes of ${path}`)
  }
  await user.store('/private-place/beside.txt')
  await user.store('/private-place/folder2/near.txt')
  const { url } = await share(user, { folder: '/private-place/folder' })
  const ids = Object.values(files).map(({ id }) => id)
  return { user, url, ids, secrets: [user.user, ...ids, 'private-place', 'beside', 'near'] }
}

export function folderLinkCases(api: Api): void {
  describe('a share link of a folder', () => {
    test('lists the ready files with names relative to the folder, and nothing else', async () => {
      const { url, secrets, user } = await shared(api)
      const response = await fetch(`${url}/files`)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      const page = JSON.parse(await expectHidden(response, secrets))
      expect(page).toMatchObject({ hasMore: false, files: [{ name: 'deep/y.txt' }, {}, {}] })
      for (const file of page.files) {
        expect(Object.keys(file).toSorted()).toEqual([
          'checksum',
          'mimeType',
          'modifiedAt',
          'name',
          'sizeBytes',
        ])
      }
      expect(await namesAt(url)).toEqual(['deep/y.txt', 'deep/休日/Ä 😀.txt', 'x.txt'])
      await user.store('/private-place/folder/later.txt')
      expect(await namesAt(url)).toContain('later.txt')
    })

    test('describes the folder by its name for Accept: application/json', async () => {
      const { url, secrets } = await shared(api)
      const body = await expectHidden(await fetch(url, asJson), secrets)
      const expected = { kind: 'folder', name: 'folder', expiresAt: expect.any(String) }
      expect(JSON.parse(body)).toEqual(expected)
    })

    test('serves the bytes of each listed file', async () => {
      const { url, secrets } = await shared(api)
      for (const name of await namesAt(url)) {
        const path = name.split('/').map(encodeURIComponent).join('/')
        const response = await fetch(`${url}/files/${path}`)
        expect(response.status).toBe(200)
        expect(response.headers.get('x-robots-tag')).toBe('noindex, nofollow')
        expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
        expect(await expectHidden(response, secrets)).toBe(`bytes of ${name}`)
        const part = await fetch(`${url}/files/${path}`, { headers: { range: 'bytes=0-4' } })
        expect([part.status, await part.text()]).toEqual([206, 'bytes'])
      }
      const missing = await fetch(`${url}/files/none.txt`)
      await expectProblem(missing, 404, 'not-found', 'path')
    })

    test('is a ZIP archive', async () => {
      const { url } = await shared(api)
      const response = await fetch(url)
      expect(response.headers.get('content-disposition')).toBe('attachment; filename="folder.zip"')
      const entries = readZip(Buffer.from(await response.arrayBuffer()))
      expect(entries.map(({ name, text }) => [name, text])).toEqual([
        ['folder/deep/y.txt', 'bytes of deep/y.txt'],
        ['folder/deep/休日/Ä 😀.txt', 'bytes of deep/休日/Ä 😀.txt'],
        ['folder/x.txt', 'bytes of x.txt'],
      ])
      const head = await fetch(url, { method: 'HEAD' })
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/zip'])
    })

    test('does not show files that are not ready, also not in a cursor', async () => {
      const { user, url, secrets } = await shared(api)
      const unready = ['aaa', 'deep/zz-pending', 'zzz'].map((name) => `${name}-hidden.txt`)
      for (const name of unready) {
        await user.reserve({ path: `/private-place/folder/${name}`, sizeBytes: 5 })
      }
      const removed = await user.store('/private-place/folder/removed-hidden.txt')
      await user.call('DELETE', `/files/${removed.id}`)
      const listed: string[] = []
      let query = '?limit=1'
      do {
        const body = await expectHidden(await fetch(`${url}/files${query}`), [...secrets, 'hidden'])
        const page = JSON.parse(body) as { files: { name: string }[]; nextCursor?: string }
        listed.push(...page.files.map(({ name }) => name))
        query = page.nextCursor === undefined ? '' : `?limit=1&cursor=${page.nextCursor}`
      } while (query !== '')
      expect(listed).toEqual(['deep/y.txt', 'deep/休日/Ä 😀.txt', 'x.txt'])
      for (const name of [...unready, 'removed-hidden.txt']) {
        await expectProblem(await fetch(`${url}/files/${name}`), 404, 'not-found', 'path')
      }
    })

    test('refuses cursors of other links and limits out of range', async () => {
      const { user, url } = await shared(api)
      const other = await share(user, { folder: '/private-place' })
      const response = await fetch(`${other.url}/files?limit=1`)
      const { nextCursor } = (await readJson(response, [200])) as { nextCursor: string }
      for (const cursor of [nextCursor, 'x', '']) {
        const answer = await fetch(`${url}/files?cursor=${cursor}`)
        await expectProblem(answer, 400, 'invalid-request', 'cursor')
      }
      for (const limit of ['0', '1001', 'x']) {
        const answer = await fetch(`${url}/files?limit=${limit}`)
        await expectProblem(answer, 400, 'invalid-request', 'limit')
      }
    })

    test.each(hostile)('%s in the path does not leave the folder', async (_, path) => {
      const { url, secrets } = await shared(api)
      const target = `${new URL(url).pathname}/files${path}`
      const answer = await rawRequest(new URL(url).origin, { method: 'GET', target })
      expect([400, 404]).toContain(answer?.status)
      for (const secret of secrets) expect(answer?.body).not.toContain(secret)
    })

    test('is bound to the path: empty after the folder moves, and back with it', async () => {
      const { user, url } = await shared(api)
      const move = async (from: string, to: string) => {
        expect((await user.call('PATCH', '/folders', { json: { from, to } })).status).toBe(200)
      }
      await move('/private-place/folder', '/elsewhere')
      expect(await namesAt(url)).toEqual([])
      await expectProblem(await fetch(url), 404, 'not-found', 'token')
      await expectProblem(await fetch(`${url}/files/x.txt`), 404, 'not-found', 'path')
      await move('/elsewhere', '/private-place/folder')
      expect(await namesAt(url)).toHaveLength(3)
    })

    test('serves the latest version of a file, and not one in the trash', async () => {
      const { user, url } = await shared(api)
      const { id } = await user.store('/private-place/folder/x.txt', 'new')
      expect(await (await fetch(`${url}/files/x.txt`)).text()).toBe('new')
      await user.call('DELETE', `/files/${id}`)
      await expectProblem(await fetch(`${url}/files/x.txt`), 404, 'not-found', 'path')
      expect(await namesAt(url)).not.toContain('x.txt')
    })

    test('ends with its revocation on every route', async () => {
      const { user } = await shared(api)
      const { id, url } = await share(user, { folder: '/private-place/folder' })
      await user.call('DELETE', `/shares/${id}`)
      for (const below of ['', '/files', '/files/x.txt']) {
        await expectProblem(await fetch(url + below), 410, 'share-revoked', 'token')
      }
    })
  })
}

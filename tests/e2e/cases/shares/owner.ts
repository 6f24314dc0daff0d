import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readJson } from '../../support/caller.ts'
import { asJson, share, sharesOf, type Share } from './share.ts'

const week = 604_800

const secondsOf = ({ expiresAt }: Share) => (Date.parse(expiresAt) - Date.now()) / 1000

export function shareOwnerCases(api: Api): void {
  describe('/shares', () => {
    test('POST answers 201 with the address, which the list does not have', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/a.txt', 'hello')
      const response = await user.call('POST', '/shares', { json: { fileId, expiresIn: 60 } })
      const { url, ...created } = (await readJson(response, [201])) as Share & { url: string }
      expect(created).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        fileId,
        state: 'active',
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
        revokedAt: null,
        downloadCount: 0,
        lastDownloadAt: null,
      })
      expect(url).toMatch(/^https?:\/\/.*\/api\/workspace\/s\/[\w-]{43}$/)
      expect(new URL(response.headers.get('location') ?? '', url).pathname).toBe(
        new URL(url).pathname,
      )
      expect(await sharesOf(user)).toEqual([created])
      expect(await (await fetch(url)).text()).toBe('hello')
    })

    test('a share works for a week by default, and for a year at most', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/a.txt')
      const byDefault = secondsOf(await share(user, { fileId }))
      expect(byDefault).toBeGreaterThan(week - 60)
      expect(byDefault).toBeLessThanOrEqual(week)
      const longest = secondsOf(await share(user, { fileId, expiresIn: 31_536_000 }))
      expect(longest).toBeGreaterThan(31_535_000)
      for (const expiresIn of [0, -1, 1.5, 31_536_001, '60', null]) {
        const response = await user.call('POST', '/shares', { json: { fileId, expiresIn } })
        await expectProblem(response, 400, 'invalid-request', 'expiresIn')
      }
    })

    test('POST refuses requests without one target, unknown members and invalid folders', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/a/x.txt')
      const refused: [object, string][] = [
        [{}, 'fileId'],
        [{ fileId, folder: '/a' }, 'fileId'],
        [{ fileId: 7 }, 'fileId'],
        [{ fileId, path: '/a/x.txt' }, 'path'],
        [{ folder: 'a' }, 'folder'],
        [{ folder: '/a/../b' }, 'folder'],
        [{ folder: '/' }, 'folder'],
        [{ folder: 'a', session: '..' }, 'session'],
      ]
      for (const [json, field] of refused) {
        const response = await user.call('POST', '/shares', { json })
        await expectProblem(response, 400, 'invalid-request', field)
      }
      expect(await sharesOf(user)).toEqual([])
    })

    test('POST refuses files that are missing, not ready, deleted or of other users', async () => {
      const [user, stranger] = [await api.newUser(), await api.newUser()]
      const { id } = await user.store('/a/x.txt')
      const post = (json: object) => user.call('POST', '/shares', { json })
      const foreign = await stranger.call('POST', '/shares', { json: { fileId: id } })
      await expectProblem(foreign, 404, 'not-found', 'fileId')
      const folder = await stranger.call('POST', '/shares', { json: { folder: '/a' } })
      await expectProblem(folder, 404, 'not-found', 'folder')
      for (const json of [{ fileId: 'none' }, { folder: '/none' }, { folder: '/a/x.txt' }]) {
        await expectProblem(await post(json), 404, 'not-found', Object.keys(json)[0])
      }
      const { file } = await user.reserve({ path: '/pending.txt', sizeBytes: 5 })
      await expectProblem(await post({ fileId: file.id }), 409, 'not-scanned')
      await user.call('DELETE', `/files/${id}`)
      await expectProblem(await post({ fileId: id }), 410, 'gone')
      await expectProblem(await post({ folder: '/a' }), 404, 'not-found')
    })

    test('GET lists the shares in pages, the last created first', async () => {
      const user = await api.newUser()
      await user.store('/a/x.txt')
      const ids: string[] = []
      for (let i = 0; i < 5; i += 1) {
        ids.unshift((await share(user, { folder: '/a', expiresIn: 100 + i })).id)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      const listed: string[] = []
      let cursor: string | undefined
      do {
        const query = { limit: 2, ...(cursor !== undefined && { cursor }) }
        const page = (await readJson(await user.get('/shares', { query }), [200])) as {
          shares: Share[]
          nextCursor?: string
          hasMore: boolean
        }
        expect(page.hasMore).toBe(page.nextCursor !== undefined)
        listed.push(...page.shares.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(listed).toEqual(ids)
      const bad = await user.get('/shares', { query: { cursor: 'x' } })
      await expectProblem(bad, 400, 'invalid-request', 'cursor')
      const none = await user.get('/shares', { query: { limit: 0 } })
      await expectProblem(none, 400, 'invalid-request', 'limit')
      expect(await sharesOf(await api.newUser())).toEqual([])
    })

    test('DELETE revokes at once, again without an error, and not for others', async () => {
      const [user, stranger] = [await api.newUser(), await api.newUser()]
      const { id: fileId } = await user.store('/a.txt', 'hello')
      const { id, url } = await share(user, { fileId })
      const foreign = await stranger.call('DELETE', `/shares/${id}`)
      await expectProblem(foreign, 404, 'not-found', 'id')
      expect((await fetch(url)).status).toBe(200)
      for (const _ of ['first', 'again']) {
        expect((await user.call('DELETE', `/shares/${id}`)).status).toBe(204)
        await expectProblem(await fetch(url), 410, 'share-revoked', 'token')
      }
      expect(await sharesOf(user)).toMatchObject([{ id, state: 'revoked' }])
      for (const unknown of ['none', '0'.repeat(64), '__none__', 'x'.repeat(2000)]) {
        const response = await user.call('DELETE', `/shares/${unknown}`)
        await expectProblem(response, 404, 'not-found', 'id')
      }
    })

    test('counts downloads from the first byte on, and no other request', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/a/x.txt', 'hello')
      const file = await share(user, { fileId })
      const folder = await share(user, { folder: '/a' })
      const etag = (await fetch(file.url, { method: 'HEAD' })).headers.get('etag') ?? ''
      await fetch(file.url, asJson)
      await fetch(file.url, { headers: { 'if-none-match': etag } })
      await fetch(file.url, { headers: { range: 'bytes=1-' } })
      await fetch(`${folder.url}/files`)
      expect(await sharesOf(user)).toMatchObject([{ downloadCount: 0 }, { downloadCount: 0 }])
      await (await fetch(file.url)).text()
      await (await fetch(folder.url)).arrayBuffer()
      const [counted, other] = await sharesOf(user)
      for (const each of [counted, other]) {
        expect(each?.downloadCount).toBe(1)
        expect(Date.now() - Date.parse(each?.lastDownloadAt ?? '')).toBeLessThan(60_000)
      }
    })

    test('needs a token with the scope', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const url = user.url('/shares')
      const headers = { authorization: 'Bearer nonsense', 'content-type': 'application/json' }
      const body = JSON.stringify({ fileId: id })
      const post = await fetch(url, { method: 'POST', headers, body })
      await expectProblem(post, 401, 'unauthenticated')
      await expectProblem(await fetch(url, { headers }), 401, 'unauthenticated')
    })
  })
}

import { describe, expect, test } from 'vitest'
import { rawRequest } from '../../../support/http/raw-http.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { openSession } from '../../support/resumable-session.ts'
import { signed } from './signed.ts'

/** Cases for services with local storage, which serve signed URLs and resumable uploads themselves. */
export function ownStorageCases(api: Api): void {
  describe('signed URLs and resumable uploads of local storage', () => {
    test('a link with any part changed is 403 forbidden', async () => {
      const { url } = await signed(api)
      const { searchParams } = new URL(url)
      for (const name of searchParams.keys()) {
        const forged = new URL(url)
        forged.searchParams.set(name, `${searchParams.get(name)}0`)
        await expectProblem(await fetch(forged), 403, 'forbidden')
      }
    })

    test.each<[program: string, rewritten: (url: string) => string]>([
      ['Facebook', (url) => `${url}&fbclid=IwAR0x`],
      ['a newsletter', (url) => url.replace('?', '?utm_source=mail&utm_campaign=a%20b&')],
      ['a program that encodes blanks as %20', (url) => url.replaceAll('+', '%20')],
      ['a page that escapes for HTML', (url) => url.replaceAll('&', '&amp;')],
      ['a sentence', (url) => `${url}).`],
    ])('a link works after %s rewrites it', async (_, rewritten) => {
      const { url } = await signed(api)
      const served = await fetch(rewritten(url))
      expect(await served.text()).toBe('hello')
      expect(served.headers.get('content-disposition')).toContain("filename*=UTF-8''na%C3%AFve")
    })

    test('a truncated or expired link is refused with the reason', async () => {
      const { url, served } = await signed(api, { expiresIn: 1 })
      const cut = await expectProblem(await fetch(url.slice(0, url.indexOf('&'))), 403, 'forbidden')
      expect(cut.detail).toContain('it lacks "expires"')
      const detail = async () => ((await (await served()).json()) as { detail?: string }).detail
      await expect.poll(async () => (await served()).status, { timeout: 10_000 }).toBe(403)
      expect(await detail()).toContain('link expired at ')
    })

    test('an expired link is 403 forbidden', async () => {
      const { served } = await signed(api, { expiresIn: 1 })
      const status = async () => (await served()).status
      await expect.poll(status, { timeout: 10_000, interval: 200 }).toBe(403)
      await expectProblem(await served(), 403, 'forbidden')
    })

    test('a deleted file’s links answer 410, a purged one’s 404', async () => {
      const { user, id, served } = await signed(api)
      await user.call('DELETE', `/files/${id}`)
      await expectProblem(await served(), 410, 'gone')
      await user.call('DELETE', `/files/${id}`, { query: { purge: true } })
      await expectProblem(await served(), 404, 'not-found')
    })

    test.each([
      ['Range', 'bytes=0-'],
      ['If-None-Match', '"a"'],
      ['If-Match', '"a"'],
      ['If-Range', '"a"'],
      ['Prefer', '"a'],
    ])('%s with 100,000 spaces on a link does not delay other requests', async (name, value) => {
      const { url, user } = await signed(api)
      const { pathname, search } = new URL(url)
      /** The duration of another request while four requests with such a header run; the fastest of three attempts. */
      const leastMs = async (filler: string) => {
        const headers: [string, string][] = [[name, `${value}${filler}x`]]
        const elapsed: number[] = []
        for (let attempt = 0; attempt < 3; attempt += 1) {
          const request = { method: 'GET', target: pathname + search, headers }
          const hostile = [1, 2, 3, 4].map(() => rawRequest(new URL(url).origin, request))
          const startedAt = performance.now()
          expect((await user.get('/usage')).status).toBe(200)
          elapsed.push(performance.now() - startedAt)
          for (const answer of await Promise.all(hostile)) expect(answer?.status).toBeLessThan(500)
        }
        return Math.min(...elapsed)
      }
      const harmless = await leastMs('0'.repeat(100_000))
      expect(await leastMs(' '.repeat(100_000))).toBeLessThan(50 * harmless)
    })

    test('a body shorter than its Content-Range is 4xx', async () => {
      const user = await api.newUser()
      const { upload } = await user.reserve({ path: '/a', sizeBytes: 100 })
      const session = openSession(upload.url, Buffer.alloc(100))
      const headers = { 'content-range': 'bytes 0-99/100' }
      expect(`${(await session.put(Buffer.alloc(10), headers)).status}`).toMatch(/^4/)
    })

    test('DELETE of the upload URL releases the path and the reservation immediately', async () => {
      const user = await api.newUser()
      const { upload } = await user.reserve({ path: '/a', sizeBytes: 100 })
      expect((await openSession(upload.url, Buffer.alloc(100)).cancel()).status).toBe(499)
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
      const headers = { 'if-none-match': '*' }
      expect((await user.put('/a', 'others', { headers })).ok).toBe(true)
    })
  })
}

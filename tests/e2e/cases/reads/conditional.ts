import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'

export function conditionalCases(api: Api): void {
  describe('conditional requests', () => {
    test('If-None-Match with the ETag, weakly compared, is 304', async () => {
      const { get, etag } = await stored(api)
      for (const value of [etag, `W/${etag}`, `"x", ${etag}`, `"a,b" ,W/${etag},"z"`, '*']) {
        const response = await get({ 'if-none-match': value })
        expect(`${value} ${response.status}`).toBe(`${value} 304`)
        expect(response.headers.get('etag')).toBe(etag)
        expect(response.headers.get('cache-control')).toBe('private, no-cache')
        expect(await response.text()).toBe('')
      }
    })

    test('If-None-Match with other ETags is 200', async () => {
      const { get, etag } = await stored(api)
      for (const value of ['"x"', etag.replaceAll('"', ''), `"${etag.slice(1, -1)}-x"`]) {
        expect((await get({ 'if-none-match': value })).status).toBe(200)
      }
    })

    test('304 does not depend on the Cache-Control of the request', async () => {
      const { get, etag } = await stored(api)
      const response = await get({ 'if-none-match': etag, 'cache-control': 'no-cache' })
      expect(response.status).toBe(304)
    })

    test('If-Match is 412 without the ETag, strongly compared', async () => {
      const { get, etag } = await stored(api)
      for (const value of [etag, '*', `"x",${etag}`]) {
        expect((await get({ 'if-match': value })).status).toBe(200)
      }
      for (const value of ['"x"', `W/${etag}`]) {
        await expectProblem(await get({ 'if-match': value }), 412, 'precondition-failed')
      }
    })

    test('If-Modified-Since at or after Last-Modified is 304, in every date format', async () => {
      const { get, modified } = await stored(api)
      for (const date of dateFormats(modified)) {
        const response = await get({ 'if-modified-since': date })
        expect(`${date} ${response.status}`).toBe(`${date} 304`)
      }
      const before = new Date(modified.getTime() - 10_000).toUTCString()
      expect((await get({ 'if-modified-since': before })).status).toBe(200)
      expect((await get({ 'if-modified-since': 'yesterday' })).status).toBe(200)
    })

    test('If-Unmodified-Since is 412 before Last-Modified', async () => {
      const { get, modified } = await stored(api)
      for (const date of dateFormats(modified)) {
        expect((await get({ 'if-unmodified-since': date })).status).toBe(200)
      }
      const before = new Date(modified.getTime() - 10_000).toUTCString()
      await expectProblem(await get({ 'if-unmodified-since': before }), 412, 'precondition-failed')
    })

    test('preconditions have the precedence of RFC 9110 §13.2.2', async () => {
      const { get, etag, modified } = await stored(api)
      const before = new Date(modified.getTime() - 10_000).toUTCString()
      const now = modified.toUTCString()
      const statusOf = async (headers: Record<string, string>) => (await get(headers)).status
      expect(await statusOf({ 'if-match': etag, 'if-unmodified-since': before })).toBe(200)
      expect(await statusOf({ 'if-none-match': '"x"', 'if-modified-since': now })).toBe(200)
      expect(await statusOf({ 'if-none-match': etag, 'if-modified-since': before })).toBe(304)
      expect(await statusOf({ 'if-match': '"x"', 'if-none-match': etag })).toBe(412)
      expect(await statusOf({ 'if-none-match': etag, range: 'bytes=0-1' })).toBe(304)
      expect(await statusOf({ 'if-match': etag, range: 'bytes=0-1' })).toBe(206)
    })

    test('HEAD honours preconditions', async () => {
      const { user, etag } = await stored(api)
      const head = (headers: Record<string, string>) =>
        user.call('HEAD', '/content/a.txt', { headers })
      expect((await head({ 'if-none-match': etag })).status).toBe(304)
      expect((await head({ 'if-match': '"x"' })).status).toBe(412)
    })

    test('other bytes have another ETag', async () => {
      const { user, get, etag } = await stored(api)
      await user.store('/a.txt', 'changed')
      const response = await get({ 'if-none-match': etag })
      expect(response.status).toBe(200)
      expect(response.headers.get('etag')).not.toBe(etag)
    })
  })
}

async function stored(api: Api) {
  const user = await api.newUser()
  await user.store('/a.txt', 'hello')
  const get = (headers: Record<string, string>) => user.get('/content/a.txt', { headers })
  const { headers } = await get({})
  const modified = new Date(headers.get('last-modified') ?? '')
  return { user, get, etag: headers.get('etag') ?? '', modified }
}

/** One instant in the three formats that a recipient must accept (RFC 9110 §5.6.7). */
function dateFormats(date: Date): string[] {
  const imf = date.toUTCString()
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(date)
  const [weekday, month] = [part({ weekday: 'long' }), part({ month: 'short' })]
  const time = date.toISOString().slice(11, 19)
  const day = date.getUTCDate()
  const year = date.getUTCFullYear()
  const rfc850 = `${weekday}, ${String(day).padStart(2, '0')}-${month}-${String(year % 100)} ${time} GMT`
  const asctime = `${weekday.slice(0, 3)} ${month} ${String(day).padStart(2, ' ')} ${time} ${year}`
  return [imf, rfc850, asctime]
}

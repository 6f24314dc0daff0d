import { describe, expect, test } from 'vitest'
import { parseByteranges } from '../../../support/http/byteranges.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'

const size = 1000
const bytes = Array.from({ length: size }, (_, at) => String.fromCharCode(33 + (at % 90))).join('')

const single: [string, number, number][] = [
  ['bytes=0-99', 0, 99],
  ['bytes=0-0', 0, 0],
  ['bytes=900-', 900, 999],
  ['bytes=-100', 900, 999],
  ['bytes=-5000', 0, 999],
  ['bytes=999-5000', 999, 999],
  ['bytes=0-99999999999999999999999', 0, 999],
  ['bytes=-99999999999999999999999', 0, 999],
  ['BYTES=0-1', 0, 1],
  ['bytes=0-1,', 0, 1],
]
const unsatisfiable = [
  'bytes=1000-',
  'bytes=-0',
  'bytes=99999999999999999999-',
  'bytes=1000-2000,-0',
]
const malformed = [
  'bytes=5-2',
  'bytes=abc',
  'bytes',
  'bytes=',
  'bytes=-',
  'bytes=--1',
  'bytes=1-2-3',
  'bytes=0x1-2',
  'bytes=1.5-2',
  'bytes=+1-2',
  'bytes=0-1;2-3',
  'bytes=0-1,5-2',
  'bytes=１-2',
]

export function rangeCases(api: Api): void {
  describe('ranges', () => {
    test.each(single)('a single range is 206: %s', async (range, start, end) => {
      const { get } = await stored(api)
      const response = await get({ range })
      expect(response.status).toBe(206)
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`)
      expect(response.headers.get('content-length')).toBe(String(end - start + 1))
      expect(response.headers.get('etag')).toMatch(/^"/)
      expect(response.headers.get('repr-digest')).toMatch(/^sha-256=:/)
      expect(await response.text()).toBe(bytes.slice(start, end + 1))
    })

    test('multiple ranges are multipart/byteranges in the requested order', async () => {
      const { get } = await stored(api)
      const response = await get({ range: 'bytes=500-509, 0-9,, -5' })
      expect(response.status).toBe(206)
      expect(response.headers.has('content-range')).toBe(false)
      const length = response.headers.get('content-length')
      const copy = response.clone()
      const parts = await parseByteranges(response)
      expect(parts.map(({ contentRange, body }) => [contentRange, body])).toEqual([
        [`bytes 500-509/${size}`, bytes.slice(500, 510)],
        [`bytes 0-9/${size}`, bytes.slice(0, 10)],
        [`bytes 995-999/${size}`, bytes.slice(995)],
      ])
      for (const part of parts) expect(part.contentType).toMatch(/^text\/plain/)
      const { byteLength } = await copy.arrayBuffer()
      expect(length ?? String(byteLength)).toBe(String(byteLength))
    })

    test('answers only the satisfiable ranges of several', async () => {
      const { get } = await stored(api)
      const response = await get({ range: 'bytes=0-1,5000-' })
      expect(response.status).toBe(206)
      const whole = response.headers.get('content-range')
      const text =
        whole === null ? (await parseByteranges(response))[0]?.body : await response.text()
      expect(text).toBe(bytes.slice(0, 2))
    })

    test('answers the whole file for more than 16 ranges', async () => {
      const { get } = await stored(api)
      const sixteen = await get({ range: manyRanges(16) })
      expect(sixteen.status).toBe(206)
      expect(await parseByteranges(sixteen)).toHaveLength(16)
      const seventeen = await get({ range: manyRanges(17) })
      expect(seventeen.status).toBe(200)
      expect(await seventeen.text()).toBe(bytes)
    })

    test.each(unsatisfiable)('an unsatisfiable range is 416 with the size: %s', async (range) => {
      const { get } = await stored(api)
      const response = await get({ range })
      expect(response.headers.get('content-range')).toBe(`bytes */${size}`)
      await expectProblem(response, 416, 'range-not-satisfiable')
    })

    // RFC 9110 §14.2 allows a server to ignore or reject these.
    test.each(malformed)('a malformed range is ignored or refused: %s', async (range) => {
      const { user } = await stored(api)
      const response = await user.raw({
        method: 'GET',
        target: '/content/a.txt',
        headers: [['Range', Buffer.from(range).toString('latin1')]],
      })
      expect([200, 400, 416]).toContain(response?.status)
      expect(response?.status !== 200 || response.body === bytes).toBe(true)
    })

    test('an unknown range unit is ignored', async () => {
      const { get } = await stored(api)
      const response = await get({ range: 'items=0-1' })
      expect(response.status).toBe(200)
      expect(await response.text()).toBe(bytes)
    })

    test('HEAD ignores Range', async () => {
      const { user } = await stored(api)
      for (const range of ['bytes=0-1', 'bytes=5000-']) {
        const response = await user.call('HEAD', '/content/a.txt', { headers: { range } })
        expect(response.status).toBe(200)
        expect(response.headers.get('content-length')).toBe(String(size))
      }
    })

    test('any range of an empty file is 416', async () => {
      const user = await api.newUser()
      await user.store('/empty', new Uint8Array())
      for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
        const response = await user.get('/content/empty', { headers: { range } })
        expect(response.headers.get('content-range')).toBe('bytes */0')
        await expectProblem(response, 416, 'range-not-satisfiable')
      }
    })

    test('answers the range only for an If-Range with the same ETag or date', async () => {
      const { get } = await stored(api)
      const { headers } = await get({})
      const etag = headers.get('etag') ?? ''
      const date = headers.get('last-modified') ?? ''
      const shifted = (milliseconds: number) =>
        new Date(Date.parse(date) + milliseconds).toUTCString()
      const cases: [string, number][] = [
        [etag, 206],
        [date, 206],
        [`W/${etag}`, 200],
        ['"another"', 200],
        [shifted(60_000), 200],
        [shifted(-60_000), 200],
        ['nonsense', 200],
      ]
      for (const [ifRange, status] of cases) {
        const response = await get({ range: 'bytes=0-1', 'if-range': ifRange })
        expect(`${ifRange} ${response.status}`).toBe(`${ifRange} ${status}`)
        expect(await response.text()).toBe(status === 206 ? bytes.slice(0, 2) : bytes)
      }
      const failed = await get({ range: 'bytes=5000-', 'if-range': '"another"' })
      expect(failed.status).toBe(200)
    })
  })
}

function manyRanges(count: number): string {
  return `bytes=${Array.from({ length: count }, (_, at) => `${at * 3}-${at * 3}`).join(',')}`
}

async function stored(api: Api) {
  const user = await api.newUser()
  await user.store('/a.txt', bytes)
  const get = (headers: Record<string, string>) => user.get('/content/a.txt', { headers })
  return { user, get }
}

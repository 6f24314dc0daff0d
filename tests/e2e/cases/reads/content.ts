import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { parseDisposition } from '../../../support/http/rfc8187.ts'
import type { Api } from '../../support/api.ts'
import { contentRoute } from '../../support/caller.ts'

const hostileNames = [
  'plain.txt',
  'naïve "quoted" 100%.txt',
  'back\u02f6tick`.txt',
  '日本語のファイル.txt',
  '🎉 party 👩‍👩‍👧.txt',
  'semi;colon, comma=equals.txt',
  "it's.txt",
  ' leading and trailing ',
  'percent%41%22.txt',
  '..hidden..',
  'עברית.txt',
  'filename*=UTF-8\'\'evil.exe"; x="',
]

export function contentCases(api: Api): void {
  describe('content', () => {
    test('content has a type, a length, a strong ETag, Last-Modified, Accept-Ranges and Repr-Digest', async () => {
      const user = await api.newUser()
      const stored = await user.store('/a.txt', 'hello')
      const digest = createHash('sha256').update('hello').digest('base64')
      for (const route of [`/files/${stored.id}/content`, '/content/a.txt']) {
        const response = await user.get(route)
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
        expect(response.headers.get('content-length')).toBe('5')
        expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/)
        expect(response.headers.get('accept-ranges')).toBe('bytes')
        expect(response.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`)
        const lastModified = response.headers.get('last-modified') ?? ''
        expect(new Date(lastModified).toUTCString()).toBe(lastModified)
        expect(await response.text()).toBe('hello')
      }
    })

    test('an upload and a download answer the same ETag', async () => {
      const user = await api.newUser()
      const uploaded = await user.put('/a.txt', 'hello')
      const read = await user.get('/content/a.txt')
      expect(uploaded.headers.get('etag')).toBe(read.headers.get('etag'))
    })

    test.each(hostileNames)(
      'a download names its file by RFC 6266 and RFC 8187: %s',
      async (name) => {
        const user = await api.newUser()
        const stored = await user.store(`/${name}`, 'x')
        expect(stored.name).toBe(name)
        const response = await user.get(contentRoute(`/${name}`))
        const disposition = parseDisposition(response.headers.get('content-disposition'))
        expect(disposition.extended ?? disposition.fallback).toBe(name)
        expect(disposition.fallback).toMatch(/^[ -~]+$/)
      },
    )

    test('HEAD answers like GET, without a body', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'hello')
      const routes = ['/files', '/usage', `/files/${id}`, `/files/${id}/content`, '/content/a.txt']
      for (const route of routes) {
        const get = await user.get(route)
        const head = await user.call('HEAD', route)
        expect({ route, ...comparable(head) }).toEqual({ route, ...comparable(get) })
        expect(await head.text()).toBe('')
      }
      const redirect = await user.call('HEAD', `/files/${id}/download`)
      expect(redirect.status).toBe(302)
    })

    test('HEAD answers errors like GET, without a body', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/gone.txt')
      await user.call('DELETE', `/files/${id}`)
      const routes = ['/content/none', `/files/${id}`, `/files/${id}/content`, '/files?limit=-1']
      for (const route of routes) {
        const get = await user.get(route)
        const head = await user.call('HEAD', route)
        expect(head.status).toBe(get.status)
        expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
        expect(await head.text()).toBe('')
      }
    })

    test('a pending file is 409 not-scanned with Retry-After', async () => {
      const user = await api.newUser()
      const { file } = await user.reserve({ path: '/p.txt', sizeBytes: 3 })
      for (const route of [
        `/files/${file.id}/content`,
        `/files/${file.id}/download`,
        '/content/p.txt',
      ]) {
        const response = await user.get(route)
        expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
        const problem = await expectProblem(response, 409, 'not-scanned')
        expect(problem.file).toMatchObject({ id: file.id, state: 'pending' })
      }
    })

    test('an unknown file and an unknown path are 404', async () => {
      const user = await api.newUser()
      const id = crypto.randomUUID()
      for (const route of [`/files/${id}`, `/files/${id}/content`, `/files/${id}/download`]) {
        await expectProblem(await user.get(route), 404, 'not-found')
      }
      await expectProblem(await user.get('/files/not-a-uuid'), 404, 'not-found')
      await expectProblem(await user.get('/content/none.txt'), 404, 'not-found')
      await expectProblem(await user.get('/no-such-route'), 404, 'not-found')
    })
  })
}

/** The headers that HEAD and GET must share (RFC 9110 §9.3.2): all except those of a single message. */
function comparable(response: Response): Record<string, unknown> {
  const headers = Object.fromEntries(response.headers)
  for (const name of ['date', 'x-request-id', 'connection', 'keep-alive', 'transfer-encoding']) {
    delete headers[name]
  }
  // HEAD may omit headers that depend on writing the body.
  if (headers['accept-ranges'] === undefined) delete headers['content-length']
  return { status: response.status, ...headers }
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pathAfter, withoutPublicPath } from '../../shared/http/target.ts'
import { httpApp, serve } from '../support/http/http-app.ts'
import { expectProblem } from '../support/http/problem.ts'
import { rawRequest } from '../support/http/raw-http.ts'

const content = '/api/workspace/content'
const served = httpApp((routes) =>
  routes
    .get('/content/*', (c) => c.json({ path: pathAfter(c, 'content') }))
    .get('/files/:id', (c) => c.json({ id: c.req.param('id') })),
)
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  server = await serve(served)
})
afterAll(() => server[Symbol.asyncDispose]())

const get = (target: string) => rawRequest(server.url, { method: 'GET', target })

describe('pathAfter decodes the raw target once', () => {
  test.each([
    ['/a.txt', '/a.txt'],
    ['/a%20b+c', '/a b+c'],
    ['/%C3%A9%F0%9F%8E%89', '/é🎉'],
    ['/100%2525', '/100%25'],
    ['/%2525%32%66', '/%252f'],
    ['/a%3Fb%23c', '/a?b#c'],
    ['/a?path=/b', '/a'],
    ['/a..b/...', '/a..b/...'],
    ['/a//b', '/a//b'],
    ['/a/', '/a/'],
    ['/', '/'],
    ['', '/'],
    ['/~tilde;v=1', '/~tilde;v=1'],
    ['/%7Fdel', '/\u007fdel'],
  ])('%s is %s', async (sent, path) => {
    const response = await get(content + sent)
    const body = Buffer.from(response?.body ?? '', 'latin1').toString()
    expect([response?.status, body]).toEqual([200, JSON.stringify({ path })])
  })

  test('accepts percent-encoded routes and the absolute form (RFC 9112 §3.2.2)', async () => {
    const spelled = await get('/api/work%73pace/%63ontent/a%20b')
    expect(spelled?.body).toBe('{"path":"/a b"}')
    const absolute = await get(`${server.url}${content}/a%20b?x=/../`)
    expect(absolute?.body).toBe('{"path":"/a b"}')
  })

  test('uses the original URL under Express', async () => {
    const incoming = { url: '/a/../b', originalUrl: `${content}/c` }
    const response = await served.app.request(`${content}/b`, {}, { incoming })
    expect(await response.json()).toEqual({ path: '/c' })
  })
})

describe('an ambiguous path is 400 before routing', () => {
  test.each([
    '/..',
    '/../files',
    '/a/../b',
    '/a/./b',
    '/.',
    '/%2e%2e/b',
    '/%2E%2e/b',
    '/.%2e/b',
    '/%2E./b',
    '/%2e',
    '/a%2fb',
    '/a%2Fb',
    '/..%2f..%2fetc%2fpasswd',
    '/a%5cb',
    '/a%5Cb',
    '/a\\b',
    '/a%00b',
    '/a%',
    '/a%2',
    '/a%zz',
    '/%ff',
    '/%C3',
    '/%C0%AE%C0%AE',
    '/%ED%A0%80',
    '/a#b',
  ])('%s', async (sent) => {
    await expectProblem(await get(content + sent), 400, 'invalid-request')
  })

  test.each(['/api/workspace/files/%', '/api/workspace/files/%ff', '/%2e%2e/%2e', '/x/../y'])(
    'also %s',
    async (target) => {
      await expectProblem(await get(target), 400, 'invalid-request')
    },
  )

  test('a target that is not a URL', async () => {
    const response = await get('*')
    expect(response?.headers.get('x-content-type-options')).toBe('nosniff')
    await expectProblem(response, 400, 'invalid-request')
  })
})

describe('the path of PUBLIC_URL', () => {
  test.each<[target: string, path: string, own: string]>([
    ['/files/api/api/workspace/usage?x=1', '/files/api', '/api/workspace/usage?x=1'],
    ['/api/workspace/usage', '/files/api', '/api/workspace/usage'],
    ['/files/api/healthz', '/files/api', '/healthz'],
    ['/files/api/', '/files/api', '/'],
    ['/files/api', '/files/api', '/'],
    ['/files/apiary/api/workspace/usage', '/files/api', '/files/apiary/api/workspace/usage'],
    ['/files/api/other', '/files/api', '/files/api/other'],
    ['/api/workspace/files', '/api/workspace', '/api/workspace/files'],
    ['/api/workspace/api/workspace/files', '/api/workspace', '/api/workspace/files'],
    ['/api/workspace/files', '', '/api/workspace/files'],
    ['http://a/files/api/healthz', '/files/api', 'http://a/healthz'],
    ['http://a', '/files/api', 'http://a'],
  ])('is removed if a proxy forwards it: %s below "%s" is %s', (target, path, own) => {
    expect(withoutPublicPath(target, path)).toBe(own)
  })
})

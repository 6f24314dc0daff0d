import { describe, expect, test } from 'vitest'
import { expectProblem, type Problem } from '../../../support/http/problem.ts'
import { exchange, rawRequest } from '../../../support/http/raw-http.ts'
import type { Api } from '../../support/api.ts'

const routes: [string, string, string[]][] = [
  ['PATCH', '/files', ['GET', 'POST']],
  ['DELETE', '/usage', ['GET']],
  ['GET', '/uploads', ['POST']],
  ['POST', '/files/{id}', ['GET', 'PATCH', 'DELETE']],
  ['PUT', '/files/{id}/content', ['GET']],
  ['POST', '/files/{id}/download', ['GET']],
  ['GET', '/files/{id}/copy', ['POST']],
  ['GET', '/files/{id}/restore', ['POST']],
  ['POST', '/content/a.txt', ['GET', 'PUT', 'DELETE']],
  ['GET', '/sessions/s1', ['DELETE']],
  ['PROPFIND', '/files', ['GET', 'POST']],
]

export function httpCases(api: Api): void {
  describe('HTTP', () => {
    test.each(routes)('%s %s is 405 with Allow', async (method, route, methods) => {
      const user = await api.newUser()
      const target = route.replace('{id}', crypto.randomUUID())
      const response = await user.raw({ method, target })
      await expectProblem(response, 405, 'method-not-allowed')
      const allow = response?.headers.get('allow')?.split(/\s*,\s*/) ?? []
      expect(allow).toEqual(expect.arrayContaining(methods))
      expect(allow).not.toContain(method)
      expect(allow.includes('HEAD')).toBe(methods.includes('GET'))
    })

    test('every answer has a unique request id', async () => {
      const user = await api.newUser()
      const answers = [await user.get('/files'), await user.get('/content/none')]
      const ids = answers.map(({ headers }) => headers.get('x-request-id'))
      expect(new Set(ids).size).toBe(2)
      for (const id of ids) expect(id).toMatch(/^\S{8,}$/)
    })

    test('a problem forbids caching and sniffing', async () => {
      const user = await api.newUser()
      const { headers } = await user.get('/content/none')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control') ?? 'no-store').toMatch(/no-store|no-cache|private/)
    })

    test('GET /healthz names the stores and the scanner', async () => {
      const response = await fetch(`${api.server.url}/healthz`)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        status: expect.stringMatching(/\S/),
        catalog: expect.stringMatching(/\S/),
        blobs: expect.stringMatching(/\S/),
        scanner: expect.objectContaining({ engine: expect.stringMatching(/\S/) }),
        pending: expect.objectContaining({ files: expect.any(Number) }),
      })
      const head = await fetch(`${api.server.url}/healthz`, { method: 'HEAD' })
      expect(head.status).toBe(200)
    })

    test.each([
      ['GET', '/healthz', 200],
      ['HEAD', '/healthz', 200],
      ['OPTIONS', '/', 204],
      ['GET', '/nothing', 404],
    ])('answers HTTP/1.0 without Host: %s %s', async (method, target, status) => {
      for (const headers of [[], [['Host', '']]] as [string, string][][]) {
        const answer = await rawRequest(api.server.url, { method, target, version: '1.0', headers })
        expect(answer?.status).toBe(status)
        expect(answer?.headers.get('connection')).toBe('close')
        expect(answer?.headers.get('transfer-encoding')).toBeNull()
      }
    })

    test('answers OPTIONS * for the whole server', async () => {
      const answer = await rawRequest(api.server.url, { method: 'OPTIONS', target: '*' })
      expect(answer?.status).toBe(204)
      expect(answer?.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT')
    })

    test('HTTP/1.0 stores and reads files, without chunks and without keeping the connection', async () => {
      const user = await api.newUser()
      const put = await user.raw({
        method: 'PUT',
        target: '/content/a.txt',
        version: '1.0',
        headers: [
          ['Content-Length', '5'],
          ['Expect', '100-continue'],
        ],
        body: 'hello',
      })
      expect(put?.status).toBe(201)
      for (const [target, status, body] of [
        ['/content/a.txt', 200, /^hello$/],
        ['/files', 200, /"a.txt"/],
        ['/content/none', 404, /not-found/],
      ] as const) {
        const answer = await user.raw({ method: 'GET', target, version: '1.0' })
        expect(answer?.status).toBe(status)
        expect(answer?.headers.get('transfer-encoding')).toBeNull()
        expect(answer?.headers.get('connection')).toBe('close')
        expect(answer?.body).toMatch(body)
      }
    })

    test('HTTP/1.1 without Host is 400', async () => {
      const request = 'GET /api/workspace/files HTTP/1.1\r\nConnection: close\r\n\r\n'
      expect(await exchange(api.server.url, request)).toMatch(/^HTTP\/1\.1 400 /)
    })

    test.each<[what: string, head: string, field: string]>([
      ['a query that is not percent-encoded', 'GET /files?q=na\u00c3\u00afve HTTP/1.1', 'target'],
      ['a path that is not percent-encoded', 'GET /content/na\u00c3\u00afve HTTP/1.1', 'target'],
      ['a blank in a path', 'GET /content/a b HTTP/1.1', 'target'],
      ['an unknown method', 'FOO /files HTTP/1.1', 'method'],
      ['a method in small letters', 'get /files HTTP/1.1', 'method'],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n', 'version'],
      ['a name with a blank', 'GET /files HTTP/1.1\r\nX Y: z', 'headers'],
      ['a control character', 'GET /files HTTP/1.1\r\nX: \u0001', 'headers'],
      ['an invalid Content-Length', 'GET /files HTTP/1.1\r\nContent-Length: x', 'Content-Length'],
      ['a bad Host', 'GET /files HTTP/1.1\r\nHost: a@b', 'Host'],
    ])('an unparsable request is 400 naming the part: %s', async (_, head, field) => {
      const [start, ...rest] = head.replace(/ \//, ' /api/workspace/').split('\r\n')
      const lines = [start, ...(field === 'Host' ? [] : ['Host: x']), 'Connection: close', ...rest]
      const text = await exchange(api.server.url, `${lines.join('\r\n')}\r\n\r\n`)
      expect(text).toMatch(/^HTTP\/1\.1 400 /)
      const problem = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Problem
      expect(problem.errors).toMatchObject([{ field }])
    })

    test('POST without the media type of its route is 415 unsupported-type', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const calls: [string, string, string][] = [
        ['POST', '/files', 'text/plain'],
        ['POST', '/files', 'application/json'],
        ['POST', '/uploads', 'text/plain'],
        ['PATCH', `/files/${id}`, 'text/plain'],
        ['POST', `/files/${id}/copy`, 'application/x-www-form-urlencoded'],
      ]
      for (const [method, route, type] of calls) {
        const body = '{"path":"/b.txt","sizeBytes":1}'
        const response = await user.call(method, route, { headers: { 'content-type': type }, body })
        expect(`${method} ${route} ${type} ${response.status}`).toMatch(/ 415$/)
        await expectProblem(response, 415, 'unsupported-type')
      }
      expect((await user.list()).files).toHaveLength(1)
    })
  })
}

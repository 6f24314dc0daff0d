import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../support/problem.ts'
import type { Api } from '../api.ts'

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

    test('every answer has a request id of its own', async () => {
      const user = await api.newUser()
      const answers = [await user.get('/files'), await user.get('/content/none')]
      const ids = answers.map(({ headers }) => headers.get('x-request-id'))
      expect(new Set(ids).size).toBe(2)
      for (const id of ids) expect(id).toMatch(/^\S{8,}$/)
    })

    test('a problem is never cached and never sniffed', async () => {
      const user = await api.newUser()
      const { headers } = await user.get('/content/none')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control') ?? 'no-store').toMatch(/no-store|no-cache|private/)
    })

    test('GET /healthz says what it runs on', async () => {
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

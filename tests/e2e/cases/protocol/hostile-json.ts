import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored } from '../../support/caller.ts'

const reservations: [string, string, unknown][] = [
  ['an unknown member', 'sise', { path: '/a', sizeBytes: 1, sise: 1 }],
  ['no size', 'sizeBytes', { path: '/a' }],
  ['a size in words', 'sizeBytes', { path: '/a', sizeBytes: '5' }],
  ['a negative size', 'sizeBytes', { path: '/a', sizeBytes: -1 }],
  ['a broken size', 'sizeBytes', { path: '/a', sizeBytes: 1.5 }],
  ['a size beyond integers', 'sizeBytes', { path: '/a', sizeBytes: 2 ** 60 }],
  ['a null size', 'sizeBytes', { path: '/a', sizeBytes: null }],
  ['a path that is a number', 'path', { path: 5, sizeBytes: 1 }],
  ['a path that is a list', 'path', { path: ['/a'], sizeBytes: 1 }],
  ['a name that is null', 'name', { name: null, sizeBytes: 1 }],
  ['an overwrite in words', 'overwrite', { path: '/a', sizeBytes: 1, overwrite: 'true' }],
  ['a short checksum', 'checksum', { path: '/a', sizeBytes: 1, checksum: 'abc' }],
  [
    'a checksum that is not hexadecimal',
    'checksum',
    { path: '/a', sizeBytes: 1, checksum: 'z'.repeat(64) },
  ],
  ['an invalid session', 'session', { path: 'a', sizeBytes: 1, session: '..' }],
  ['metadata that is a list', 'metadata', { path: '/a', sizeBytes: 1, metadata: [] }],
  [
    'metadata over 16 KiB',
    'metadata',
    { path: '/a', sizeBytes: 1, metadata: { a: 'x'.repeat(16_384) } },
  ],
  ['a type with a line break', 'mimeType', { path: '/a', sizeBytes: 1, mimeType: 'a/b\r\nX: y' }],
  ['an invalid type', 'mimeType', { path: '/a', sizeBytes: 1, mimeType: 'image' }],
]

const changes: [string, string, unknown][] = [
  ['an unknown member', 'nmae', { nmae: 'b.txt' }],
  ['a member that is not the caller’s', 'state', { state: 'ready' }],
  ['a name that is a number', 'name', { name: 1 }],
  ['a path that is null', 'path', { path: null }],
  ['metadata in words', 'metadata', { metadata: 'x' }],
  ['metadata that is null', 'metadata', { metadata: null }],
  ['metadata over 16 KiB', 'metadata', { metadata: { a: 'x'.repeat(16_384) } }],
]

const noObjects = ['', '{', '[]', 'null', '"x"', '1', '{"path":"/a",}', '\u0000', '{"a":1}{"b":2}']

export function hostileJsonCases(api: Api): void {
  describe('hostile JSON', () => {
    test.each(reservations)('POST /uploads with %s is 400 naming %s', async (_, field, json) => {
      const user = await api.newUser()
      const response = await user.call('POST', '/uploads', { json })
      await expectProblem(response, 400, 'invalid-request', field)
      await expectNothingStored(user)
    })

    test('POST /uploads with neither name nor path is 400', async () => {
      const user = await api.newUser()
      const response = await user.call('POST', '/uploads', { json: { sizeBytes: 1 } })
      await expectProblem(response, 400, 'invalid-request')
      await expectNothingStored(user)
    })

    test.each(changes)('PATCH with %s is 400 naming %s', async (_, field, json) => {
      const user = await api.newUser()
      const file = await user.store('/a.txt')
      const response = await user.call('PATCH', `/files/${file.id}`, { json })
      await expectProblem(response, 400, 'invalid-request', field)
      expect(await user.record(file.id)).toEqual(file)
    })

    test('copy with an unknown member or without a path is 400', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const copy = (json: unknown) => user.call('POST', `/files/${id}/copy`, { json })
      await expectProblem(await copy({ path: '/b', over: true }), 400, 'invalid-request', 'over')
      await expectProblem(await copy({}), 400, 'invalid-request', 'path')
      expect((await user.list()).files).toHaveLength(1)
    })

    test.each(noObjects)('a body other than a JSON object is 400: %j', async (body) => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt')
      const headers = { 'content-type': 'application/json' }
      for (const [method, route] of [
        ['POST', '/uploads'],
        ['PATCH', `/files/${id}`],
        ['POST', `/files/${id}/copy`],
      ] as const) {
        const response = await user.call(method, route, { headers, body })
        await expectProblem(response, 400, 'invalid-request')
      }
    })

    test('JSON in megabytes is 4xx', async () => {
      const user = await api.newUser()
      const json = { path: '/a', sizeBytes: 1, metadata: { a: 'x'.repeat(8_000_000) } }
      const { status } = await user.call('POST', '/uploads', { json })
      expect([400, 413]).toContain(status)
      await expectNothingStored(user)
    })

    test('ignores a malformed Prefer (RFC 7240 §2)', async () => {
      const user = await api.newUser()
      for (const prefer of ['wait=-1', 'wait=x', 'wait', 'wait=99999999999999999999', ';;;=,']) {
        const response = await user.put('/a.txt', 'x', { headers: { prefer } })
        expect([201, 202]).toContain(response.status)
      }
    })

    test('malformed headers cause no 5xx', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'hello')
      const nonsense = [
        'range',
        'if-range',
        'if-match',
        'if-none-match',
        'if-modified-since',
        'accept',
        'content-digest',
        'x-request-id',
        'origin',
        'x-forwarded-for',
      ]
      for (const name of nonsense) {
        for (const value of ['', '"', ',,,', ';=', '\u00ff'.repeat(200), 'x'.repeat(6000)]) {
          const response = await user.raw({
            method: 'GET',
            target: '/content/a.txt',
            headers: [[name, value]],
          })
          expect(response?.status, `${name}: ${value}`).toBeLessThan(500)
        }
      }
      expect(await user.text('/a.txt')).toBe('hello')
    })
  })
}

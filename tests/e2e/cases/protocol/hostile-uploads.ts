import { describe, expect, test } from 'vitest'
import { multipart, type Part } from '../../../support/http/multipart.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored } from '../../support/caller.ts'

const file: Part = { name: 'file', fileName: 'a.txt', body: 'hello' }
const path: Part = { name: 'path', body: '/b.txt' }
const deep = `{"a":${'['.repeat(7000)}${']'.repeat(7000)}}`

const bodies: [string, string, Part[]][] = [
  ['no file', 'file', [path]],
  ['nothing at all', 'file', []],
  ['a field twice', 'path', [path, file, path]],
  ['a file under another name', 'upload', [{ ...file, name: 'upload' }]],
  ['a file without a name', 'file', [{ ...file, fileName: '' }]],
  ['a file name that is a folder', 'file', [{ ...file, fileName: 'folder/' }]],
  ['a file name of dots', 'file|name', [{ ...file, fileName: '../..' }]],
  ['a file name with NUL', 'name|body', [{ ...file, fileName: 'a\u0000.txt' }]],
  ['a file name with a line break', 'file|name', [{ ...file, fileName: 'a%0D%0Ab.txt' }]],
  ['a bidirectional file name', 'file|name', [{ ...file, fileName: 'a\u202etxt.exe' }]],
  ['a file name of 10,000 characters', 'file|name', [{ ...file, fileName: 'x'.repeat(10_000) }]],
  [
    'a file name that is not UTF-8',
    'file',
    [{ ...file, fileName: Buffer.from([0x61, 0xff, 0xfe]) }],
  ],
  ['a path with a dot segment', 'path', [{ name: 'path', body: '/a/../../b' }, file]],
  ['an invalid path after the file', 'path', [file, { name: 'path', body: '/a//b' }]],
  ['an overwrite that is no boolean', 'overwrite', [{ name: 'overwrite', body: 'yes' }, file]],
  ['an unknown origin', 'origin', [{ name: 'origin', body: 'robot' }, file]],
  ['an invalid session', 'session', [{ name: 'session', body: '../x' }, file]],
  ['metadata that is no JSON', 'metadata', [{ name: 'metadata', body: '{a:1}' }, file]],
  ['metadata that is a list', 'metadata', [{ name: 'metadata', body: '[1]' }, file]],
  ['metadata that is null', 'metadata', [{ name: 'metadata', body: 'null' }, file]],
  [
    'metadata over 16 KiB',
    'metadata',
    [{ name: 'metadata', body: JSON.stringify({ a: 'x'.repeat(16 * 1024) }) }, file],
  ],
  [
    'metadata of megabytes',
    'metadata|body',
    [{ name: 'metadata', body: JSON.stringify({ a: 'x'.repeat(3_000_000) }) }, file],
  ],
]

export function hostileUploadCases(api: Api): void {
  describe('hostile uploads', () => {
    test.each(bodies)('%s is 400 naming %s and stores nothing', async (_, field, parts) => {
      const user = await api.newUser()
      await expectProblem(await user.post(parts), 400, 'invalid-request', field)
      await expectNothingStored(user)
    })

    test('metadata of exactly 16 KiB is kept', async () => {
      const user = await api.newUser()
      const metadata = { a: 'x'.repeat(16 * 1024 - '{"a":""}'.length) }
      const response = await user.post([{ name: 'metadata', body: JSON.stringify(metadata) }, file])
      expect(response.status).toBe(201)
      expect((await user.list()).files[0]?.metadata).toEqual(metadata)
    })

    test.each([
      ['nested 7,000 levels deep', deep],
      ['with a member __proto__', '{"__proto__":{"polluted":true},"constructor":{"a":1}}'],
      ['with numbers beyond doubles', '{"a":1e400,"b":-1e400}'],
      ['with a lone surrogate', String.raw`{"a":"\ud800"}`],
      ['with NUL', String.raw`{"a\u0000":"\u0000"}`],
    ])('metadata %s is stored unchanged or rejected', async (_, body) => {
      const user = await api.newUser()
      const response = await user.post([{ name: 'metadata', body }, file])
      const kept = (await user.list()).files.map((stored) => stored.metadata)
      if (response.status === 400) {
        await expectProblem(response, 400, 'invalid-request', 'metadata')
        await expectNothingStored(user)
      }
      const meant = response.status === 201 ? [JSON.parse(body) as unknown] : []
      expect([201, 400]).toContain(response.status)
      expect(JSON.stringify(kept)).toBe(JSON.stringify(meant))
    })

    test('too many parts or fields are 4xx and store nothing', async () => {
      const user = await api.newUser()
      const many = Array.from({ length: 5000 }, (_, at) => ({ name: `f${at}`, body: '' }))
      const longName = { name: 'n'.repeat(100_000), body: '' }
      for (const parts of [
        [...many, file],
        [longName, file],
      ]) {
        const { status } = await user.post(parts)
        expect(String(status)).toMatch(/^4/)
      }
      await expectNothingStored(user)
    })

    test.each([
      ['without a boundary', 'multipart/form-data'],
      ['with another boundary', 'multipart/form-data; boundary=another'],
      ['with an empty boundary', 'multipart/form-data; boundary='],
    ])('a multipart body %s is 400', async (_, contentType) => {
      const user = await api.newUser()
      const response = await user.post([file], { headers: { 'content-type': contentType } })
      await expectProblem(response, 400, 'invalid-request')
      await expectNothingStored(user)
    })

    test('a truncated multipart body is 400 and stores nothing', async () => {
      const user = await api.newUser()
      const { body, contentType } = multipart([path, file])
      for (const length of [0, 20, 60, body.length - 30, body.length - 8]) {
        const response = await user.call('POST', '/files', {
          headers: { 'content-type': contentType },
          body: new Uint8Array(body.subarray(0, length)),
        })
        await expectProblem(response, 400, 'invalid-request')
      }
      await expectNothingStored(user)
    })

    test.each(['PUT', 'POST'])('a %s with a broken connection stores nothing', async (method) => {
      const user = await api.newUser()
      const { body, contentType } = multipart([file])
      const put = method === 'PUT'
      for (const length of [1, put ? 3 : body.length - 20]) {
        await user.raw({
          method,
          target: put ? '/content/a.txt' : '/files',
          headers: [
            ['Content-Type', put ? 'text/plain' : contentType],
            ['Content-Length', String(put ? 5 : body.length)],
          ],
          body: new Uint8Array(put ? Buffer.alloc(length, 'x') : body.subarray(0, length)),
          hangUp: true,
        })
      }
      await expectNothingStored(user)
    })

    test('a truncated or malformed chunked body stores nothing', async () => {
      const user = await api.newUser()
      const headers: [string, string][] = [['Transfer-Encoding', 'chunked']]
      const put = { method: 'PUT', target: '/content/a.txt', headers }
      await user.raw({ ...put, body: '5\r\nhello\r\n', hangUp: true })
      const lies = await user.raw({ ...put, body: 'zz\r\nhello\r\n0\r\n\r\n' })
      expect(lies === undefined || lies.status === 400).toBe(true)
      await expectNothingStored(user)
    })

    test.each([
      ['negative', [['Content-Length', '-5']]],
      ['no number', [['Content-Length', 'five']]],
      [
        'two of them',
        [
          ['Content-Length', '5'],
          ['Content-Length', '6'],
        ],
      ],
      [
        'beside chunks',
        [
          ['Content-Length', '5'],
          ['Transfer-Encoding', 'chunked'],
        ],
      ],
    ] as [string, [string, string][]][])(
      'a wrong Content-Length is 400: %s',
      async (_, headers) => {
        const user = await api.newUser()
        const put = { method: 'PUT', target: '/content/a.txt', headers, body: 'hello' }
        expect((await user.raw(put))?.status).toBe(400)
        await expectNothingStored(user)
      },
    )

    test('bytes beyond Content-Length are not stored', async () => {
      const user = await api.newUser()
      await user.raw({
        method: 'PUT',
        target: '/content/a.txt',
        headers: [['Content-Length', '5']],
        body: 'hello and more',
      })
      const reserved = async () => (await user.usage()).reservedBytes
      await expect.poll(reserved, { timeout: 10_000 }).toBe(0)
      for (const { sizeBytes } of (await user.list()).files) expect(sizeBytes).toBe(5)
    })

    test('PUT with Content-Range is 400 and stores nothing', async () => {
      const user = await api.newUser()
      const headers = { 'content-range': 'bytes 0-4/10' }
      const response = await user.put('/a.txt', 'hello', { headers })
      await expectProblem(response, 400, 'invalid-request')
      await expectNothingStored(user)
    })

    test('PUT with a content coding is 415', async () => {
      const user = await api.newUser()
      const headers = { 'content-encoding': 'gzip' }
      const response = await user.put('/a.txt', 'not gzip', { headers })
      await expectProblem(response, 415, 'unsupported-type')
      await expectNothingStored(user)
    })
  })
}

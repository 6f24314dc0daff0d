import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { multipart } from '../../../support/http/multipart.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import { holdRequest } from '../../../support/http/raw-http.ts'
import type { Api } from '../../support/api.ts'
import { type Caller, expectNothingStored, readRecord } from '../../support/caller.ts'

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('base64')

export function preconditionCases(api: Api): void {
  describe('preconditions and digests of uploads', () => {
    test('If-None-Match: * creates only: 412 on an existing path', async () => {
      const user = await api.newUser()
      const headers = { 'if-none-match': '*' }
      await readRecord(await user.put('/a.txt', 'one', { headers }), 201)
      await expectProblem(await user.put('/a.txt', 'two', { headers }), 412, 'precondition-failed')
      expect(await user.text('/a.txt')).toBe('one')
      expect(await user.usage()).toMatchObject({ usedBytes: 3, reservedBytes: 0, trashBytes: 0 })
    })

    test('If-None-Match: * on the path of a pending file is 412', async () => {
      const user = await api.newUser()
      await user.reserve({ path: '/a.txt', sizeBytes: 3 })
      const response = await user.put('/a.txt', 'two', { headers: { 'if-none-match': '*' } })
      await expectProblem(response, 412, 'precondition-failed')
    })

    test('If-Match replaces only that version', async () => {
      const user = await api.newUser()
      const first = await user.put('/a.txt', 'one')
      const ifFirst = { 'if-match': first.headers.get('etag') ?? '' }
      await readRecord(await user.put('/a.txt', 'two', { headers: ifFirst }), 201)
      await expectRefused(user, '/a.txt', ifFirst)
      expect(await user.text('/a.txt')).toBe('two')
    })

    test('If-Match: * accepts any version', async () => {
      const user = await api.newUser()
      await expectRefused(user, '/a.txt', { 'if-match': '*' })
      await expectNothingStored(user)
      await user.store('/a.txt', 'one')
      const headers = { 'if-match': '*' }
      await readRecord(await user.put('/a.txt', 'two', { headers }), 201)
    })

    test.each([
      ['nginx', (etag: string) => `W/${etag}`],
      ['Apache', (etag: string) => etag.replace(/"$/, '-gzip"')],
      ['Jetty', (etag: string) => etag.replace(/"$/, '--gzip"')],
    ])('an ETag modified by %s matches its version', async (_, change) => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'one')
      const etagOf = async () => (await user.get('/content/a.txt')).headers.get('etag') ?? ''
      const first = { 'if-match': change(await etagOf()) }
      const cached = await user.get('/content/a.txt', {
        headers: { 'if-none-match': first['if-match'] },
      })
      expect(cached.status).toBe(304)
      const patch = { json: { metadata: { a: 1 } }, headers: first }
      await readRecord(await user.call('PATCH', `/files/${id}`, patch), 200)
      await readRecord(await user.put('/a.txt', 'two', { headers: first }), 201)
      await expectRefused(user, '/a.txt', first)
      const second = { 'if-match': change(await etagOf()) }
      const removed = await user.call('DELETE', '/content/a.txt', { headers: second })
      expect(removed.status).toBe(204)
    })

    test('If-Match with another ETag is 412', async () => {
      const user = await api.newUser()
      const etag = (await user.put('/a.txt', 'one')).headers.get('etag')
      await expectRefused(user, '/a.txt', { 'if-match': `W/"${'0'.repeat(64)}"` })
      await expectRefused(user, '/a.txt', { 'if-match': '"other"' })
      await expectRefused(user, '/none.txt', { 'if-match': etag ?? '' })
      await readRecord(
        await user.put('/a.txt', 'two', { headers: { 'if-match': `"other", ${etag}` } }),
        201,
      )
    })

    test('a precondition that fails only at settlement is 412 for a waiting caller', async () => {
      const user = await api.newUser()
      const etag = (await user.put('/a.txt', 'one')).headers.get('etag') ?? ''
      const held = holdRequest(user.url('/content/a.txt'), 'PUT', {
        authorization: user.authorization,
        'if-match': etag,
        'content-length': '4',
      })
      await held.write('la')
      const pending = async () => (await user.list({ state: 'pending' })).files.length
      await expect.poll(pending, { timeout: 10_000 }).toBe(1)
      await user.store('/a.txt', 'overtaken by')
      await expectProblem(await held.finish('te'), 412, 'precondition-failed')
      expect(await user.text('/a.txt')).toBe('overtaken by')
    })

    test.each(['content-digest', 'repr-digest'])('%s is verified', async (name) => {
      const user = await api.newUser()
      const right = { [name]: `sha-256=:${sha256('hello')}:` }
      await readRecord(await user.put('/a.txt', 'hello', { headers: right }), 201)
      await expectProblem(
        await user.put('/b.txt', 'other', { headers: right }),
        400,
        'digest-mismatch',
      )
      await expectProblem(await user.get('/content/b.txt'), 404, 'not-found')
      await expectProblem(
        await user.put('/a.txt', 'other', { headers: right }),
        400,
        'digest-mismatch',
      )
      expect(await user.text('/a.txt')).toBe('hello')
      expect(await user.usage()).toMatchObject({ usedBytes: 5, reservedBytes: 0, trashBytes: 0 })
    })

    test('Content-Digest of a multipart upload is that of its body (RFC 9530 §2)', async () => {
      const user = await api.newUser()
      const { body, contentType } = multipart([{ name: 'file', fileName: 'a.txt', body: 'hello' }])
      const post = (digest: string) =>
        user.call('POST', '/files', {
          headers: { 'content-type': contentType, 'content-digest': `sha-256=:${digest}:` },
          body: new Uint8Array(body),
        })
      await expectProblem(await post(sha256('another')), 400, 'digest-mismatch')
      await expectNothingStored(user)
      await readRecord(await post(sha256(body)), 201)
    })

    test('ignores a digest in an unknown algorithm and verifies a known one next to it', async () => {
      const user = await api.newUser()
      const unknown = 'unixsum=:AAAA:'
      const put = (digest: string) =>
        user.put('/a.txt', 'hello', { headers: { 'repr-digest': digest } })
      await readRecord(await put(unknown), 201)
      await readRecord(await put(`${unknown}, sha-256=:${sha256('hello')}:`), 201)
      await expectProblem(await put(`${unknown}, sha-256=:${sha256('x')}:`), 400, 'digest-mismatch')
    })

    test.each(['sha-256=abc', 'sha-256=:AAAA:', 'nonsense, =', 'sha-256=:*:'])(
      'a malformed digest is 400: %s',
      async (digest) => {
        const user = await api.newUser()
        const response = await user.put('/a.txt', 'hello', {
          headers: { 'content-digest': digest },
        })
        expect(response.status).toBe(400)
        await expectNothingStored(user)
      },
    )
  })
}

async function expectRefused(
  user: Caller,
  path: string,
  headers: Record<string, string>,
): Promise<void> {
  await expectProblem(await user.put(path, 'refused', { headers }), 412, 'precondition-failed')
}

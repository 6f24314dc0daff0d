import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored } from '../../support/caller.ts'

/** Raw paths after `/content`, with the rule that each violates. */
const targets: [string, string][] = [
  ['a dot segment', '/a/../b'],
  ['a trailing dot segment', '/a/..'],
  ['a single dot', '/a/./b'],
  ['an encoded dot segment', '/a/%2e%2e/b'],
  ['a half-encoded dot segment', '/a/.%2E/b'],
  ['an encoded single dot', '/%2e/b'],
  ['many of them', '/%2e%2e/%2e%2e/%2e%2e/etc/passwd'],
  ['an encoded slash', '/a%2Fb'],
  ['an encoded slash in small letters', '/..%2f..%2fetc%2fpasswd'],
  ['a backslash', '/a\\b'],
  ['an encoded backslash', '/..%5C..%5Cwindows'],
  ['an empty segment', '/a//b'],
  ['a trailing slash', '/a/'],
  ['a leading double slash', '//etc/passwd'],
  ['NUL', '/a%00.txt'],
  ['a control character', '/a%0Ab'],
  ['DEL', '/a%7Fb'],
  ['C1', '/a%C2%85b'],
  ['a line separator', '/a%E2%80%A8b'],
  ['a bidirectional override', '/a%E2%80%AEtxt.exe'],
  ['a bidirectional isolate', '/a%E2%81%A6b'],
  ['a noncharacter', '/a%EF%BF%BF'],
  ['an overlong encoding of a slash', '/a%C0%AFb'],
  ['an overlong encoding of a dot segment', '/%C0%AE%C0%AE/b'],
  ['an encoded surrogate', '/a%ED%A0%80'],
  ['bytes that are no UTF-8', '/a%FF'],
  ['a broken percent-encoding', '/a%zz'],
  ['a cut percent-encoding', '/a%2'],
  ['a name of 10,000 characters', `/${'x'.repeat(10_000)}`],
  ['a segment of 256 bytes', `/${'x'.repeat(256)}`],
  ['a segment of 256 bytes of UTF-8', `/${'%C3%BC'.repeat(128)}`],
  ['a path of 1025 bytes', `/${'x'.repeat(200)}`.repeat(5) + `/${'y'.repeat(19)}`],
]

export function hostilePathCases(api: Api): void {
  describe('hostile paths', () => {
    test.each(targets)('%s in /content/{path} is 400 and not normalized', async (_, target) => {
      const user = await api.newUser()
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const response = await user.raw({
          method,
          target: `/content${target}`,
          ...(method === 'PUT' ? { headers: [['Content-Length', '1']], body: 'x' } : {}),
        })
        await expectProblem(response, 400, 'invalid-request', 'path|request')
      }
      await expectNothingStored(user)
    })

    test('decodes percent-encoding once', async () => {
      const user = await api.newUser()
      const put = await user.raw({
        method: 'PUT',
        target: '/content/a%252e%252e%252Fb',
        headers: [['Content-Length', '1']],
        body: 'x',
      })
      expect(put?.status).toBe(201)
      expect((await user.list()).files[0]?.path).toBe('/a%2e%2e%2Fb')
    })

    test('dot segments do not leave /content', async () => {
      const user = await api.newUser()
      await user.store('/a.txt')
      for (const target of [
        '/content/../files',
        '/content/%2e%2e/files',
        '/content/',
        '/content',
      ]) {
        const response = await user.raw({ method: 'GET', target })
        expect([400, 404]).toContain(response?.status)
      }
    })

    test('accepts a path of 1024 bytes and a segment of 255 bytes in any script', async () => {
      const user = await api.newUser()
      const paths = [
        `${`/${'x'.repeat(204)}`.repeat(4)}/${'y'.repeat(203)}`,
        `/${'ü'.repeat(127)}x`,
        '/👩‍👩‍👧‍👦/ .hidden /...txt/-rf *?<>|:"\'',
        '/CON/nul.txt/COM1',
      ]
      for (const path of paths) {
        const stored = await user.store(path)
        expect(stored.path).toBe(path)
        expect(await user.text(path)).toBe(`bytes of ${path}`)
      }
    })

    test.each([
      ['a dot segment', '/a/../b'],
      ['a bare dot segment', '..'],
      ['a backslash', '/a\\..\\b'],
      ['an empty segment', '/a//b'],
      ['nothing', ''],
      ['a slash alone', '/'],
      ['NUL', '/a\u0000b'],
      ['a line break', '/a\r\nb'],
      ['a bidirectional override', '/a\u202eb'],
      ['a lone surrogate', '/a\ud800b'],
      ['10,000 characters', `/${'x'.repeat(10_000)}`],
      ['a relative path without a session', 'a/b'],
    ])('%s in a path of JSON is 400 naming path', async (_, path) => {
      const user = await api.newUser()
      const json = { path, sizeBytes: 1 }
      const reserve = await user.call('POST', '/uploads', { json })
      await expectProblem(reserve, 400, 'invalid-request', 'path|body')
      await expectNothingStored(user)
      const { id } = await user.store('/a.txt')
      const move = await user.call('PATCH', `/files/${id}`, { json: { path } })
      await expectProblem(move, 400, 'invalid-request', 'path|body')
      const copy = await user.call('POST', `/files/${id}/copy`, { json: { path } })
      await expectProblem(copy, 400, 'invalid-request', 'path|body')
      expect((await user.list()).files.map((file) => file.path)).toEqual(['/a.txt'])
    })

    test.each([
      ['a slash', 'a/b'],
      ['a backslash', 'a\\b'],
      ['nothing', ''],
      ['dots', '..'],
      ['NUL', 'a\u0000'],
      ['a bidirectional override', 'a\u202etxt.exe'],
      ['a lone surrogate', '\udfff'],
      ['10,000 characters', 'x'.repeat(10_000)],
    ])('%s in a name of JSON is 400 naming name', async (_, name) => {
      const user = await api.newUser()
      const reserve = await user.call('POST', '/uploads', { json: { name, sizeBytes: 1 } })
      await expectProblem(reserve, 400, 'invalid-request', 'name|body')
      await expectNothingStored(user)
      const { id } = await user.store('/a.txt')
      const rename = await user.call('PATCH', `/files/${id}`, { json: { name } })
      await expectProblem(rename, 400, 'invalid-request', 'name|body')
    })
  })
}

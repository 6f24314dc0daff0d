import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { parseDisposition } from '../../../support/http/rfc8187.ts'
import type { Api } from '../../support/api.ts'
import { asJson, expectHidden, share } from './share.ts'

const name = 'naïve "a" 😀.txt'

/** A file in a folder with a private name, with metadata, and a link to it. */
async function shared(api: Api) {
  const user = await api.newUser()
  const { id, checksum } = await user.store(`/private-place/${name}`, 'hello')
  await user.call('PATCH', `/files/${id}`, { json: { metadata: { note: 'secret-note' } } })
  const { url, ...created } = await share(user, { fileId: id })
  return { user, id, checksum, url, shareId: created.id, ...secretsOf(user.user, id) }
}

const secretsOf = (user: string, id: string) => ({
  secrets: [user, id, 'private-place', 'secret-note'],
})

export function fileLinkCases(api: Api): void {
  describe('a share link of a file', () => {
    test('serves the bytes as an untrusted attachment that no index, referrer or cache keeps', async () => {
      const { url, secrets, checksum } = await shared(api)
      for (const method of ['GET', 'HEAD']) {
        const response = await fetch(url, { method })
        const { status, headers } = response
        expect([status, headers.get('content-length')]).toEqual([200, '5'])
        const disposition = parseDisposition(headers.get('content-disposition'))
        expect(disposition).toMatchObject({ type: 'attachment', extended: name })
        expect(Object.fromEntries(headers)).toMatchObject({
          etag: `"${checksum}"`,
          'cache-control': 'private, no-cache',
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
          'x-robots-tag': 'noindex, nofollow',
          'referrer-policy': 'no-referrer',
        })
        expect(await expectHidden(response, secrets)).toBe(method === 'GET' ? 'hello' : '')
      }
    })

    test('describes the file for Accept: application/json, and reveals nothing else', async () => {
      const { url, secrets, checksum } = await shared(api)
      const response = await fetch(url, asJson)
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(JSON.parse(await expectHidden(response, secrets))).toEqual({
        kind: 'file',
        expiresAt: expect.any(String),
        file: {
          name,
          sizeBytes: 5,
          mimeType: 'text/plain',
          checksum,
          modifiedAt: expect.any(String),
        },
      })
    })

    test('serves ranges, conditions and inline display as downloads do', async () => {
      const { url, checksum } = await shared(api)
      const part = await fetch(url, { headers: { range: 'bytes=1-2' } })
      expect([part.status, await part.text()]).toEqual([206, 'el'])
      const cached = await fetch(url, { headers: { 'if-none-match': `"${checksum}"` } })
      expect(cached.status).toBe(304)
      const changed = await fetch(url, { headers: { 'if-match': '"other"' } })
      await expectProblem(changed, 412, 'precondition-failed')
      const beyond = await fetch(url, { headers: { range: 'bytes=9-' } })
      await expectProblem(beyond, 416, 'range-not-satisfiable')
      const inline = await fetch(`${url}?inline=true`)
      expect(inline.headers.get('content-disposition')).toMatch(/^inline/)
      await expectProblem(await fetch(`${url}?inline=x`), 400, 'invalid-request', 'inline')
    })

    test('follows the file to another path and name', async () => {
      const { user, id, url } = await shared(api)
      await user.call('PATCH', `/files/${id}`, { json: { path: '/elsewhere/b.txt' } })
      const response = await fetch(url)
      expect(response.headers.get('content-disposition')).toBe('attachment; filename="b.txt"')
      expect(await response.text()).toBe('hello')
    })

    test('is 404 while the file is in the trash or replaced, and for good when it is purged', async () => {
      const { user, id, url, secrets } = await shared(api)
      const expectNothing = async () => {
        const response = await fetch(url)
        await expectHidden(response.clone(), [...secrets, 'trash', 'restore'])
        await expectProblem(response, 404, 'not-found', 'token')
      }
      await user.call('DELETE', `/files/${id}`)
      await expectNothing()
      await user.call('POST', `/files/${id}/restore`)
      expect(await (await fetch(url)).text()).toBe('hello')
      const later = await user.store(`/private-place/${name}`, 'later')
      await expectNothing()
      await user.call('POST', `/files/${later.id}/versions/${id}/restore`)
      expect(await (await fetch(url)).text()).toBe('hello')
      await user.call('DELETE', `/files/${id}`, { query: { purge: true } })
      await expectNothing()
    })

    test('is 410 with the reason after its expiry', async () => {
      const { user, id, secrets } = await shared(api)
      const { url } = await share(user, { fileId: id, expiresIn: 1 })
      expect((await fetch(url)).status).toBe(200)
      await expect
        .poll(async () => (await fetch(url)).status, { timeout: 5000, interval: 200 })
        .toBe(410)
      await expectHidden(await fetch(url), secrets)
      await expectProblem(await fetch(url), 410, 'share-expired', 'token')
      await expectProblem(await fetch(`${url}/files`), 410, 'share-expired', 'token')
    })

    test('is 404 with any character changed, cut off or added, and for an id of a share', async () => {
      const { url, shareId, user } = await shared(api)
      const token = url.slice(url.lastIndexOf('/') + 1)
      const at = url.length - 20
      const other = url[at] === 'x' ? 'y' : 'x'
      const altered = [
        `${url.slice(0, at)}${other}${url.slice(at + 1)}`,
        url.slice(0, -1),
        `${url}x`,
        user.url(`/s/${token.toUpperCase()}`).href,
        user.url(`/s/${shareId}`).href,
        user.url(`/s/${'A'.repeat(10_000)}`).href,
        user.url('/s/%F0%9F%98%80').href,
      ]
      for (const each of altered) {
        const response = await fetch(each)
        expect(response.headers.get('referrer-policy')).toBe('no-referrer')
        expect(response.headers.get('x-robots-tag')).toMatch('noindex')
        await expectProblem(response, 404, 'not-found', 'token')
      }
    })

    test('works with parameters of other programs, and with punctuation after it', async () => {
      const { url } = await shared(api)
      for (const added of ['?fbclid=x&utm_source=y', '.', ')', '%3E', ',', "'", '"', ').']) {
        expect([added, await (await fetch(url + added)).text()]).toEqual([added, 'hello'])
      }
      for (const added of ['-', '_', 'a', '%20', '.a', '~']) {
        await expectProblem(await fetch(url + added), 404, 'not-found', 'token')
      }
    })

    test('ignores tokens of callers, and has no list of files', async () => {
      const { url } = await shared(api)
      const stranger = await api.newUser()
      const { authorization } = stranger
      for (const each of [authorization, 'Bearer nonsense']) {
        expect((await fetch(url, { headers: { authorization: each } })).status).toBe(200)
      }
      for (const below of ['/files', '/files/a.txt']) {
        await expectProblem(await fetch(url + below), 404, 'not-found', 'token')
      }
    })

    test('allows only reading', async () => {
      const { url } = await shared(api)
      for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
        const response = await fetch(url, { method })
        expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
        await expectProblem(response, 405, 'method-not-allowed')
      }
      const options = await fetch(url, { method: 'OPTIONS' })
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    })
  })
}

import { describe, expect, test } from 'vitest'
import type { Api } from '../../support/api.ts'
import { share } from '../shares/share.ts'

/** Cases for services with this origin in `CORS_ORIGINS`. */
export const corsOrigin = 'https://app.example.com'

/** WHATWG Fetch §2.2.2, CORS-safelisted response-header name. */
const safelisted =
  /^(cache-control|content-language|content-length|content-type|expires|last-modified|pragma)$/
/** Headers of the connection, of the browser, or of a host (the functions emulator runs Express). */
const forBrowsers =
  /^(access-control-.*|connection|keep-alive|transfer-encoding|date|vary|x-content-type-options|content-security-policy|cross-origin-resource-policy|x-powered-by)$/

const list = (header: string | null) => (header ?? '').toLowerCase().split(/\s*,\s*/)

export function corsCases(api: Api): void {
  describe('CORS', () => {
    test('a preflight from an allowed origin needs no token and allows what the API uses', async () => {
      const user = await api.newUser()
      for (const [route, method] of [
        ['/files', 'POST'],
        ['/content/a.txt', 'PUT'],
        [`/files/${crypto.randomUUID()}`, 'PATCH'],
        ['/sessions/s1', 'DELETE'],
        ['/mcp', 'POST'],
      ] as const) {
        const { status, headers } = await fetch(user.url(route), {
          method: 'OPTIONS',
          headers: {
            origin: corsOrigin,
            'access-control-request-method': method,
            'access-control-request-headers':
              'authorization,cache-control,content-type,if-match,prefer,x-requested-with',
          },
        })
        expect([200, 204]).toContain(status)
        expect(headers.get('access-control-allow-origin')).toBe(corsOrigin)
        expect(list(headers.get('access-control-allow-methods'))).toContain(method.toLowerCase())
        const allowed = list(headers.get('access-control-allow-headers'))
        for (const name of [
          'authorization',
          'content-type',
          'prefer',
          'if-match',
          'if-none-match',
          'cache-control',
          'x-requested-with',
          'mcp-protocol-version',
          'mcp-method',
          'mcp-name',
        ]) {
          expect(allowed).toContain(name)
        }
      }
    })

    test('an allowed origin can read answers and errors with their headers', async () => {
      const user = await api.newUser()
      await user.store('/a.txt')
      for (const route of ['/content/a.txt', '/content/none', '/files?limit=-1']) {
        const { headers } = await user.get(route, { headers: { origin: corsOrigin } })
        expect(headers.get('access-control-allow-origin')).toBe(corsOrigin)
        expect(list(headers.get('vary'))).toContain('origin')
        const exposed = list(headers.get('access-control-expose-headers'))
        for (const name of ['etag', 'location', 'retry-after', 'content-disposition']) {
          expect(exposed).toContain(name)
        }
      }
    })

    test('a page of an allowed origin can read a share link, and others cannot', async () => {
      const user = await api.newUser()
      const { id: fileId } = await user.store('/shared.txt')
      const { url } = await share(user, { fileId })
      for (const each of [url, `${url}x`]) {
        const { headers } = await fetch(each, { headers: { origin: corsOrigin } })
        expect(headers.get('access-control-allow-origin')).toBe(corsOrigin)
        const other = await fetch(each, { headers: { origin: 'https://evil.example' } })
        expect(other.headers.has('access-control-allow-origin')).toBe(false)
      }
    })

    test('exposes every answer header that is not CORS-safelisted', async () => {
      const user = await api.newUser()
      const headers = { origin: corsOrigin }
      const { id } = await user.store('/b.txt')
      const ticket = await user.reserve({ path: '/c.txt', sizeBytes: 3 })
      const answers = [
        await user.put('/a.txt', 'a', { headers: { ...headers, prefer: 'wait=9' } }),
        await user.get('/content/b.txt', { headers: { ...headers, range: 'bytes=0-1' } }),
        await user.get('/content/b.txt', { headers: { ...headers, range: 'bytes=9-' } }),
        await user.get(`/files/${id}/download`, { headers }),
        await user.get(`/files/${ticket.file.id}/content`, { headers }),
        await user.call('PATCH', '/files', { headers }),
        await fetch(user.url('/files'), { headers: { ...headers, authorization: 'Bearer x' } }),
      ]
      for (const { headers } of answers) {
        const exposed = list(headers.get('access-control-expose-headers'))
        const hidden = [...headers.keys()].filter((name) => !exposed.includes(name))
        expect(hidden.filter((name) => !(safelisted.test(name) || forBrowsers.test(name)))).toEqual(
          [],
        )
      }
    })

    test('another origin gets no CORS headers', async () => {
      const user = await api.newUser()
      for (const origin of ['https://evil.example', `${corsOrigin}.evil.example`, 'null']) {
        const { headers } = await user.get('/files', { headers: { origin } })
        expect(headers.has('access-control-allow-origin')).toBe(false)
      }
    })
  })
}

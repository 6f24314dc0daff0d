import { describe, expect, test } from 'vitest'
import type { Api } from '../../support/api.ts'
import { compoundSamples, lateTiff, zipSamples } from '../../../support/files/type-samples.ts'
import { readRecord, type Body } from '../../support/caller.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const pdf = '%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'
const html = '<!doctype html><script>alert(1)</script>'

export function typeCases(api: Api): void {
  describe('types', () => {
    test.each([
      ['an image that calls itself text', 'text/plain', png, 'image/png'],
      ['a document without a type', 'application/octet-stream', pdf, 'application/pdf'],
    ])('detects the type from the bytes: %s', async (_, declared, body, sniffed) => {
      const user = await api.newUser()
      const response = await user.put('/unnamed', body, { headers: { 'content-type': declared } })
      expect((await readRecord(response, 201)).mimeType).toBe(sniffed)
    })

    test('uses the declared type if the bytes have no signature', async () => {
      const user = await api.newUser()
      const headers = { 'content-type': 'text/csv; charset=utf-8' }
      const response = await user.put('/table', 'a,b\n1,2\n', { headers })
      expect((await readRecord(response, 201)).mimeType).toMatch(/^text\/csv/)
    })

    test.each([
      ['image/tiff', lateTiff()],
      ['application/vnd.ms-outlook', compoundSamples['application/vnd.ms-outlook']],
      ['application/vnd.apple.numbers', zipSamples['application/vnd.apple.numbers']],
    ])('detects the type from bytes late in the file: %s', async (type, bytes) => {
      const user = await api.newUser()
      expect((await user.store('/unnamed', new Uint8Array(bytes ?? []))).mimeType).toBe(type)
    })

    test.each([
      ['UTF-8', Buffer.from('Grüße'), 'text/plain; charset=utf-8'],
      ['UTF-16', Buffer.from('\ufeffGrüße', 'utf16le'), 'text/plain; charset=utf-16'],
      ['ASCII', Buffer.from('words'), 'text/plain; charset=utf-8'],
      ['windows-1252', Buffer.from('Grüße', 'latin1'), 'text/plain'],
    ])('serves text and its copy with the charset: %s', async (_, bytes, type) => {
      const user = await api.newUser()
      const { id, mimeType } = await user.store('/a.txt', new Uint8Array(bytes))
      expect(mimeType).toBe('text/plain')
      await user.call('POST', `/files/${id}/copy`, { json: { path: '/b.txt' } })
      for (const path of ['/a.txt', '/b.txt']) {
        const { headers } = await user.get(`/content${path}`)
        expect(headers.get('content-type')).toBe(type)
      }
      const link = await user.get(`/files/${id}/download`)
      const signed = await fetch(new URL(link.headers.get('location') ?? '', user.url('')))
      expect(signed.headers.get('content-type')).toBe(type)
    })

    test('text declared as an image stays text', async () => {
      const user = await api.newUser()
      const headers = { 'content-type': 'image/png' }
      const stored = await readRecord(await user.put('/evil.png', html, { headers }), 201)
      expect(stored.mimeType).not.toMatch(/^image\//)
    })

    test('serves bytes as untrusted', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.png', png)
      for (const query of [{}, { inline: true }]) {
        const { headers } = await user.get(`/files/${id}/content`, { query })
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; *sandbox/)
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
        expect(headers.get('cache-control')).toBe('private, no-cache')
      }
    })

    test('serves attachments, except inert types with inline=true', async () => {
      const user = await api.newUser()
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
      const stored: [string, Body, string, RegExp][] = [
        ['/a.png', png, 'image/png', /^inline/],
        ['/a.pdf', pdf, 'application/pdf', /^inline/],
        ['/a.txt', 'text', 'text/plain', /^inline/],
        ['/a.html', html, 'text/html', /^attachment/],
        ['/a.svg', svg, 'image/svg+xml', /^attachment/],
        ['/a.js', 'alert(1)', 'text/javascript', /^attachment/],
        ['/a.xml', '<?xml version="1.0"?><a/>', 'application/xml', /^attachment/],
      ]
      for (const [path, body, type, disposition] of stored) {
        await user.put(path, body, { headers: { 'content-type': type } })
        const plain = await user.get(`/content${path}`)
        expect(plain.headers.get('content-disposition')).toMatch(/^attachment/)
        const inline = await user.get(`/content${path}`, { query: { inline: true } })
        const seen = inline.headers.get('content-disposition')
        expect(`${path} ${seen}`).toMatch(new RegExp(`^${path} ${disposition.source.slice(1)}`))
      }
    })
  })
}

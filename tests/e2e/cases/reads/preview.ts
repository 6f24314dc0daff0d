import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openDocument, wordDocument } from '../../../support/files/office.ts'
import { onePagePdf, textPdf } from '../../../support/files/pdf.ts'
import { svg } from '../../../support/files/svg.ts'
import { skipWithoutProgram } from '../../../support/programs.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'

const headers = { prefer: 'wait=30' }

/** Stored rotated, 200 × 300 upright, with the photographer in its metadata. */
const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
  .withExif({ IFD0: { Artist: 'Ann' } })
  .withMetadata({ orientation: 6 })
  .jpeg()
  .toBuffer()

const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

export function previewCases(api: Api): void {
  describe('previews', () => {
    test('of an image is a WebP of at most the requested width', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/photo.jpg', photo)
      const answer = await user.get(`/files/${id}/preview`, { query: { w: 100 } })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('image/webp')
      expect(answer.headers.get('content-disposition')).toBe('inline; filename="photo.jpg.webp"')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('content-security-policy')).toMatch(/sandbox/)
      const shown = await sharp(await answer.arrayBuffer()).metadata()
      expect(shown).toMatchObject({ format: 'webp', width: 100, height: 150 })
    })

    test('of an SVG is a WebP at the full requested width', async () => {
      const user = await api.newUser()
      const drawing = Buffer.from(svg('viewBox="0 0 24 12"', '<rect width="9" height="9"/>'))
      for (const [path, bytes] of [
        ['/logo.svg', drawing],
        ['/logo.svgz', gzipSync(drawing)],
      ] as const) {
        const { id } = await user.store(path, bytes)
        const answer = await user.get(`/files/${id}/preview`, { query: { w: 100 } })
        expect(answer.headers.get('content-type')).toBe('image/webp')
        const shown = await sharp(await answer.arrayBuffer()).metadata()
        expect(shown).toMatchObject({ format: 'webp', width: 100, height: 50 })
      }
    })

    test('of a document is its first page or the picture that it carries', async () => {
      const user = await api.newUser()
      const files = { 'Thumbnails/thumbnail.png': await sharp(photo).png().toBuffer() }
      const document = await openDocument('text', '<text:p>page</text:p>', { files })
      const { id } = await user.store('/letter.odt', document)
      const answer = await user.get(`/files/${id}/preview`, { query: { w: 100 } })
      expect(answer.headers.get('content-type')).toBe('image/webp')
      expect(await sharp(await answer.arrayBuffer()).metadata()).toMatchObject({ width: 100 })
    }, 60_000)

    test('has a strong ETag that conditional requests use', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/photo.jpg', photo)
      const first = await user.get(`/files/${id}/preview`)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[^"]+"$/)
      const known = { 'if-none-match': etag }
      expect((await user.get(`/files/${id}/preview`, { headers: known })).status).toBe(304)
      const other = await user.get(`/files/${id}/preview`, { headers: known, query: { w: 64 } })
      expect(other.status).toBe(200)
      const head = await user.call('HEAD', `/files/${id}/preview`)
      expect([head.status, head.headers.get('etag')]).toEqual([200, etag])
      expect(head.headers.get('content-length')).toBe(first.headers.get('content-length'))
    })

    test('of a text is its first bytes as plain text', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/page.html', '<!doctype html><script>alert(1)</script>')
      const answer = await user.get(`/files/${id}/preview`, { query: { bytes: 15 } })
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(await answer.text()).toBe('<!doctype html>')
    })

    test('of a document is its text if asked for, cut between characters', async () => {
      const user = await api.newUser()
      const body = paragraph('été &lt;script&gt;') + paragraph('second')
      const { id } = await user.store('/letter.docx', await wordDocument(body))
      const text = (bytes: number) =>
        user.get(`/files/${id}/preview`, { query: { as: 'text', bytes } })
      const answer = await text(1000)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(answer.headers.get('content-disposition')).toBe('inline; filename="letter.docx.txt"')
      expect(await answer.text()).toBe('été <script>\nsecond\n')
      expect(await (await text(4)).text()).toBe('ét')
      const etags = await Promise.all([text(1000), text(4)])
      expect(new Set(etags.map(({ headers: own }) => own.get('etag'))).size).toBe(2)
    })

    test.skipIf(skipWithoutProgram('pdftotext'))(
      'of a PDF is the text of its pages if asked for',
      async () => {
        const user = await api.newUser()
        const pages = ['alpha', 'beta'].map((word) => [`This page says ${word} in words`])
        const { id } = await user.store('/a.pdf', textPdf(pages))
        const answer = await user.get(`/files/${id}/preview`, { query: { as: 'text' } })
        expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
        expect(await answer.text()).toContain('--- page 2 of 2 ---\nThis page says beta in words\n')
        const scan = await user.store('/scan.pdf', onePagePdf)
        const refused = await user.get(`/files/${scan.id}/preview`, { query: { as: 'text' } })
        await expectProblem(refused, 415, 'unsupported-type')
      },
    )

    test('as text is 415 for a picture and for a damaged document', async () => {
      const user = await api.newUser()
      const damaged = await wordDocument(paragraph('a < b'))
      for (const [path, bytes] of [
        ['/photo.jpg', photo],
        ['/letter.docx', damaged],
      ] as const) {
        const { id } = await user.store(path, bytes)
        const answer = await user.get(`/files/${id}/preview`, { query: { as: 'text' } })
        await expectProblem(answer, 415, 'unsupported-type')
      }
    })

    test('of any other type is 415 with the supported types', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/data.bin', Buffer.from([0, 1, 2, 3]))
      const problem = await expectProblem(
        await user.get(`/files/${id}/preview`),
        415,
        'unsupported-type',
      )
      expect(problem.detail).toContain('Office documents')
    })

    test.each([
      ['w', '15'],
      ['w', '1025'],
      ['w', '1e2'],
      ['bytes', '0'],
      ['as', 'html'],
    ])('%s=%s is 400 naming it', async (name, value) => {
      const user = await api.newUser()
      const { id } = await user.store('/photo.jpg', photo)
      const answer = await user.get(`/files/${id}/preview`, { query: { [name]: value } })
      await expectProblem(answer, 400, 'invalid-request', name)
    })

    test('is available only to the owner of the file', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/photo.jpg', photo)
      await user.get(`/files/${id}/preview`)
      const other = await api.newUser()
      await expectProblem(await other.get(`/files/${id}/preview`), 404, 'not-found')
    })
  })

  describe('normalize=image', () => {
    test('keeps the image upright, without metadata, within the bounds', async () => {
      const user = await api.newUser()
      const query = { normalize: 'image', maxWidth: 50 }
      const stored = await readRecord(await user.put('/photo.jpg', photo, { query, headers }), 201)
      expect(stored.mimeType).toBe('image/jpeg')
      const content = await user.get(`/files/${stored.id}/content`)
      const kept = await sharp(await content.arrayBuffer()).metadata()
      expect(kept).toMatchObject({ format: 'jpeg', width: 50, height: 75 })
      expect([kept.exif, kept.orientation]).toEqual([undefined, undefined])
    })

    test('works in a form', async () => {
      const user = await api.newUser()
      const form = new FormData()
      form.append('file', new Blob([photo]), 'photo.jpg')
      const answer = await user.call('POST', '/files', {
        body: form,
        query: { normalize: 'image' },
        headers,
      })
      const stored = await readRecord(answer, 201)
      const content = await user.get(`/files/${stored.id}/content`)
      expect(await sharp(await content.arrayBuffer()).metadata()).toMatchObject({ height: 300 })
    })

    test('stores the original if it is not requested', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/photo.jpg', photo)
      const content = await user.get(`/files/${id}/content`)
      expect(Buffer.from(await content.arrayBuffer()).equals(photo)).toBe(true)
    })

    test('refuses a file that is not an image and stores nothing', async () => {
      const user = await api.newUser()
      const query = { normalize: 'image' }
      const answer = await user.put('/text.jpg', 'no image at all', { query })
      await expectProblem(answer, 415, 'unsupported-type')
      expect((await user.get('/content/text.jpg')).status).toBe(404)
    })

    test('bounds without normalize=image are 400', async () => {
      const user = await api.newUser()
      const answer = await user.put('/photo.jpg', photo, { query: { maxWidth: 50 } })
      await expectProblem(answer, 400, 'invalid-request')
    })
  })
}

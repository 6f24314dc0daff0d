import { downloadZip } from 'client-zip'
import { describe, expect, test } from 'vitest'
import { onePagePdf, textPdf } from '../../../support/files/pdf.ts'
import { skipWithoutProgram } from '../../../support/programs.ts'
import { agentOf } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

async function docx(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${word}.main+xml"/></Types>`
  const body = text.split('\n').map((line) => `<w:p><w:r><w:t>${line}</w:t></w:r></w:p>`)
  const document = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`
  const entries = [
    { name: '[Content_Types].xml', input: types },
    { name: 'word/document.xml', input: document },
  ]
  return new Uint8Array(await downloadZip(entries).arrayBuffer())
}

/** The text of documents that agents read. */
export function mcpDocumentCases(api: Api): void {
  describe('documents of read_workspace_file', () => {
    test('a docx is text, in windows and in searches', async () => {
      const user = await api.newUser()
      await user.store('/a.docx', await docx('first line\nsecond Needle line\nthird'))
      await using agent = await agentOf(user)
      const { texts, structured } = await agent.call('read_workspace_file', {
        file: '/a.docx',
        line: 2,
        lines: 1,
      })
      expect(structured).toBeUndefined()
      expect(texts[0]).toContain(`${word} · `)
      expect(texts[0]).toMatch(/ · lines 2–2 of 3 · next: line=3 lines=1\]$/)
      expect(texts[1]).toBe('second Needle line\n')
      const found = await agent.done('search_workspace_files', { query: 'needle' })
      expect(found['matches']).toEqual([{ path: '/a.docx', line: 2, text: 'second Needle line' }])
    })

    test('a damaged docx is refused in words, and skipped by searches', async () => {
      const user = await api.newUser()
      await user.store('/a.docx', await docx('a < b'))
      await using agent = await agentOf(user)
      const text = await agent.refused('read_workspace_file', { file: '/a.docx' })
      expect(text).toMatch(/^unsupported-type: The text of "\/a.docx" cannot be read/)
      const found = await agent.done('search_workspace_files', { query: 'a' })
      expect(found).toMatchObject({ matches: [], filesSkipped: 1, complete: true })
    })

    test.skipIf(skipWithoutProgram('pdftotext'))(
      'a PDF is text by page, and a picture without text',
      async () => {
        const user = await api.newUser()
        const pages = ['alpha', 'beta', 'gamma'].map((word) => [`This page says ${word} in words`])
        await user.store('/a.pdf', textPdf(pages))
        await user.store('/scan.pdf', onePagePdf)
        await using agent = await agentOf(user)
        const read = (args: Record<string, unknown>) => agent.call('read_workspace_file', args)
        const all = await read({ file: '/a.pdf' })
        expect(all.structured).toBeUndefined()
        expect(all.texts[1]).toMatch(/^--- page 1 of 3 ---\nThis page says alpha in words\n/)
        const part = await read({ file: '/a.pdf', pages: '2-3' })
        expect(part.texts[1]).toMatch(/^--- page 2 of 3 ---\n.*beta[^]*gamma/)
        expect(part.texts[1]).not.toContain('alpha')
        const seen = await read({ file: '/a.pdf', pages: '3', as: 'image' })
        expect(seen.texts[0]).toMatch(/ · page 3 as a picture\]$/)
        expect(seen.content[1]).toMatchObject({ type: 'image', mimeType: 'image/jpeg' })
        const scan = await read({ file: '/scan.pdf' })
        expect(scan.content[1]).toMatchObject({ type: 'image' })
        for (const [args, message] of [
          [{ file: '/a.pdf', pages: '9' }, 'The document has 3 pages'],
          [{ file: '/a.pdf', pages: '3-1' }, 'must be a page or a range'],
          [{ file: '/scan.pdf', as: 'text' }, 'has no readable text'],
        ] as const) {
          expect(await agent.refused('read_workspace_file', args)).toContain(message)
        }
        const found = await agent.done('search_workspace_files', { query: 'says BETA' })
        expect(found['matches']).toMatchObject([{ path: '/a.pdf' }])
      },
    )
  })
}

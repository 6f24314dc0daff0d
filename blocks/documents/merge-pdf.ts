import { parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  BlockInputError,
  defineBlock,
  media,
  outputMedia,
} from '../../shared/blocks/sdk.ts'
import { pdfOf } from '../fixtures/pdf.ts'
import { pdfInfo } from './poppler.ts'

const maxPdfs = 100
const maxPages = 10_000

export const mergePdf = defineBlock({
  id: 'b8d24f60-1a9e-4c75-93d0-6f5e7c2a8b41',
  name: 'MergePdf',
  description:
    'Joins PDFs into one, page after page. Keeps text and pictures as they are; leaves out bookmarks and forms.',
  categories: ['documents'],
  programs: ['pdfinfo', 'pdfunite'],
  input: z.object({
    pdfs: z
      .array(media({ accept: 'application/pdf' }))
      .min(2)
      .max(maxPdfs)
      .meta({ title: 'PDFs' }),
  }),
  output: z.object({
    pdf: outputMedia({ accept: 'application/pdf' }),
    pages: z.int().meta({ title: 'Pages' }),
  }),
  async *run({ input: { pdfs }, output, context }) {
    let expected = 0
    for (const [index, pdf] of pdfs.entries()) {
      const { pages, isEncrypted } = await pdfInfo(context, pdf, `pdfs[${index}]`)
      if (isEncrypted) {
        throw new BlockInputError(
          `pdfs[${index}]: is protected. Save a copy without protection and try again.`,
        )
      }
      expected += pages
      if (expected > maxPages) {
        throw new BlockInputError(`pdfs: have more than ${maxPages} pages together; use fewer`)
      }
    }
    const target = await context.newPath(`${parse(pdfs[0] ?? '').name} merged`, '.pdf')
    await context.run('pdfunite', [...pdfs.map((pdf) => `./${pdf}`), `./${target}`], { failure })
    const { pages } = await pdfInfo(context, target, 'pdfs')
    if (pages !== expected) throw new BlockExecutionError(failure)
    yield output.pdf(target)
    yield output.pages(pages)
  },
  tests: [
    {
      files: { '/a.pdf': pdfOf(['one', 'two']), '/b.pdf': pdfOf(['three']) },
      input: { pdfs: ['workspace:///a.pdf', 'workspace:///b.pdf', 'workspace:///a.pdf'] },
      output: [
        ['pdf', z.string().endsWith('#application/pdf')],
        ['pages', 5],
      ],
    },
    {
      name: 'names the PDF that is damaged',
      files: { '/a.pdf': pdfOf(['one']), '/b.pdf': '%PDF-1.4\nnothing' },
      input: { pdfs: ['workspace:///a.pdf', 'workspace:///b.pdf'] },
      output: [['error', 'pdfs[1]: cannot be read; it is damaged or incomplete.']],
    },
    {
      name: 'names the file that is not a PDF',
      files: { '/a.pdf': pdfOf(['one']), '/b.txt': 'text' },
      input: { pdfs: ['workspace:///a.pdf', 'workspace:///b.txt'] },
      output: [['error', 'pdfs[1]: This must be application/pdf, and is text/plain.']],
    },
  ],
})

const failure = 'These PDFs cannot be merged: one is damaged. Try with fewer to find it.'

import { join, parse } from 'node:path'
import { z } from 'zod'
import { BlockExecutionError, defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { pdfOf } from '../fixtures/pdf.ts'
import { pageFields } from './page-fields.ts'
import { pagesIn, pdfFailure, pdfInfo } from './poppler.ts'
import { shortText } from './short-text.ts'

const maxPages = 2000

export const pdfToText = defineBlock({
  id: '6c3e8f1a-d957-4b20-8a4f-e7b16d0c9352',
  name: 'PdfToText',
  description:
    'Extracts the text of a PDF, at most 2,000 pages in a run, with a form feed after each page. Reads no text in pictures.',
  categories: ['documents', 'text'],
  idempotent: true,
  programs: ['pdfinfo', 'pdftotext'],
  input: z.object({
    pdf: media({ accept: 'application/pdf' }).meta({ title: 'PDF' }),
    ...pageFields,
    layout: z.boolean().default(false).meta({
      title: 'Keep the layout',
      description: 'Keeps columns apart with spaces, as tables need',
      advanced: true,
    }),
  }),
  output: z.object({
    file: outputMedia({ accept: 'text/plain' }),
    text: z.string().meta({ title: 'Text', description: 'Only a text of at most 60 KiB' }),
    pages: z.int().meta({ title: 'Pages', description: 'The pages of the document' }),
  }),
  async *run({ input: { pdf, layout, ...range }, output, context }) {
    const { pages } = await pdfInfo(context, pdf, 'pdf')
    const { first, last } = pagesIn(range, { pages, maxPages })
    const target = await context.newPath(parse(pdf).name, '.txt')
    const options = ['-enc', 'UTF-8', '-f', `${first}`, '-l', `${last}`]
    await context.run(
      'pdftotext',
      [...options, ...(layout ? ['-layout'] : []), `./${pdf}`, `./${target}`],
      { failure: pdfFailure('pdf') },
    )
    const text = await shortText(join(context.directory, target))
    if (text?.trim() === '') {
      throw new BlockExecutionError(
        'These pages have no text: they are empty, or scanned pictures.',
      )
    }
    yield output.file(target)
    if (text !== undefined) yield output.text(text)
    yield output.pages(pages)
  },
  tests: [
    {
      files: { '/a.pdf': pdfOf(['one', 'two', 'three']) },
      input: { pdf: 'workspace:///a.pdf', firstPage: 2 },
      output: [
        ['file', z.string().endsWith('#text/plain')],
        ['text', /^two\s+three\s+$/],
        ['pages', 3],
      ],
    },
    {
      name: 'says that pages have no text',
      files: { '/a.pdf': pdfOf(['']) },
      input: { pdf: 'workspace:///a.pdf' },
      output: [['error', /^These pages have no text/]],
    },
    {
      name: 'says that a range is the wrong way round',
      files: { '/a.pdf': pdfOf(['one', 'two']) },
      input: { pdf: 'workspace:///a.pdf', firstPage: 2, lastPage: 1 },
      output: [['error', 'lastPage: is 1, and must not be before 2']],
    },
    {
      name: 'says that a PDF is damaged',
      files: { '/a.pdf': '%PDF-1.4\nnothing' },
      input: { pdf: 'workspace:///a.pdf' },
      output: [['error', 'pdf: cannot be read; it is damaged or incomplete.']],
    },
  ],
})

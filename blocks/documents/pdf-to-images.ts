import { open } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  defineBlock,
  media,
  outputMedia,
  type ExecutionContext,
} from '../../shared/blocks/sdk.ts'
import { pdfOf } from '../fixtures/pdf.ts'
import { pageFields } from './page-fields.ts'
import { pagesIn, pdfFailure, pdfInfo } from './poppler.ts'

const maxPages = 100
const maxPixels = 50_000_000

export const pdfToImages = defineBlock({
  id: 'f09b6e2d-4c81-4a37-b5e6-8d1f7a3c0b59',
  name: 'PdfToImages',
  description: 'Draws the pages of a PDF as PNG images, at most 100 in a run.',
  categories: ['documents', 'images'],
  idempotent: true,
  programs: ['pdfinfo', 'pdftoppm'],
  input: z.object({
    pdf: media({ accept: 'application/pdf' }).meta({ title: 'PDF' }),
    ...pageFields,
    width: z
      .int()
      .min(16)
      .max(4096)
      .default(1280)
      .meta({ title: 'Width', description: 'Pixels of each image', advanced: true }),
  }),
  output: z.object({
    image: outputMedia({ accept: 'image/png' }),
    page: z.int().meta({ title: 'Page', description: 'The number of the page of this image' }),
  }),
  async *run({ input: { pdf, width, ...range }, output, context }) {
    const { pages } = await pdfInfo(context, pdf, 'pdf')
    const { first, last } = pagesIn(range, { pages, maxPages })
    for (let page = first; page <= last; page++) {
      const fraction = (page - first) / (last - first + 1)
      yield { progress: `Page ${page} of ${last}`, fraction }
      yield output.image(await drawPage(context, { pdf, page, width }))
      yield output.page(page)
    }
  },
  tests: [
    {
      files: { '/a.pdf': pdfOf(['one', 'two', 'three']) },
      input: { pdf: 'workspace:///a.pdf', firstPage: 2, width: 200 },
      output: [
        ['image', z.string().endsWith('#image/png')],
        ['page', 2],
        ['image', z.string().endsWith('#image/png')],
        ['page', 3],
      ],
      async check({ values, read }) {
        const bytes = await read(values('image')[0])
        const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
        if (width !== 200 || height !== 100) throw new Error(`The image has ${width} × ${height}`)
      },
    },
    {
      name: 'says that a page does not exist',
      files: { '/a.pdf': pdfOf(['one']) },
      input: { pdf: 'workspace:///a.pdf', firstPage: 2 },
      output: [['error', 'firstPage: is 2, and the document has 1 pages']],
    },
    {
      name: 'says that a PDF has too many pages',
      files: { '/a.pdf': pdfOf(Array.from({ length: 101 }, () => '')) },
      input: { pdf: 'workspace:///a.pdf' },
      output: [['error', /^lastPage: a run reads at most 100 pages/]],
    },
    {
      name: 'says that a page is too tall',
      files: { '/a.pdf': pdfOf(['one']).toString().replace('[0 0 400 200]', '[0 0 1 9000]') },
      input: { pdf: 'workspace:///a.pdf' },
      output: [['error', /^Page 1 is too tall/]],
    },
    {
      name: 'says that a PDF is damaged',
      files: { '/a.pdf': '%PDF-1.4\nnothing' },
      input: { pdf: 'workspace:///a.pdf' },
      output: [['error', 'pdf: cannot be read; it is damaged or incomplete.']],
    },
  ],
})

interface PageRequest {
  pdf: string
  page: number
  width: number
}

/** Draws a page. Resolves to the path of a PNG. */
async function drawPage(context: ExecutionContext, request: PageRequest): Promise<string> {
  const { pdf, page, width } = request
  const only = ['-f', `${page}`, '-l', `${page}`]
  const failure = pdfFailure('pdf')
  const shape = shapeOf(await context.run('pdfinfo', [...only, `./${pdf}`], { failure }))
  if (shape === undefined) throw new BlockExecutionError(`Page ${page} has no size.`)
  if (width * width * shape > maxPixels) {
    throw new BlockExecutionError(`Page ${page} is too tall for this width. Set a smaller one.`)
  }
  const path = await context.newPath(`${parse(pdf).name} ${page}`, '.png')
  const scale = ['-scale-to-x', `${width}`, '-scale-to-y', '-1']
  const target = `./${path.slice(0, -'.png'.length)}`
  const drawn = ['-png', '-singlefile', '-cropbox', ...only, ...scale, `./${pdf}`, target]
  await context.run('pdftoppm', drawn, { failure })
  // If poppler runs out of memory, it reports success and writes one white pixel.
  if ((await pngWidth(join(context.directory, path))) !== width) {
    throw new BlockExecutionError(`Page ${page} needs too much memory. Set a smaller width.`)
  }
  return path
}

/** Height divided by width of the displayed page: `Page    1 size:  612 x 792 pts`, `Page    1 rot:   90`. */
function shapeOf(printed: string): number | undefined {
  const [, across = '', down = ''] = /^Page +\d+ size: +(\S+) x (\S+) pts/m.exec(printed) ?? []
  const [width, height] = [Number(across), Number(down)]
  if (!(width > 0 && height > 0)) return undefined
  return /^Page +\d+ rot: +(?:90|270)$/m.test(printed) ? width / height : height / width
}

/** Reads the width of a PNG, which is at offset 16, in its first chunk (PNG §11.2.1). */
async function pngWidth(path: string): Promise<number> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 16)
  return bytesRead < 4 ? 0 : buffer.readUInt32BE()
}

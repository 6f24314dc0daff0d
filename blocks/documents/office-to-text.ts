import { writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  defineBlock,
  media,
  officeText,
  outputMedia,
} from '../../shared/blocks/sdk.ts'
import { zipOf } from '../fixtures/zip.ts'
import { shortText } from './short-text.ts'

const ooxml = 'application/vnd.openxmlformats-officedocument.'
const odf = 'application/vnd.oasis.opendocument.'

/** Documents of Word, PowerPoint and Excel since 2007, and of LibreOffice. */
const accept = [
  `${ooxml}wordprocessingml.document`,
  `${ooxml}presentationml.presentation`,
  `${ooxml}spreadsheetml.sheet`,
  `${odf}text`,
  `${odf}presentation`,
  `${odf}spreadsheet`,
].join(',')

export const officeToText = defineBlock({
  id: '4d1a7c9e-b682-4f03-a8d5-2c0e9f6b7318',
  name: 'OfficeToText',
  description:
    'Extracts the text of a .docx, .pptx, .xlsx, .odt, .odp or .ods. Rows of tables are lines, with tabulators between the cells.',
  categories: ['documents', 'text'],
  idempotent: true,
  input: z.object({ document: media({ accept }).meta({ title: 'Document' }) }),
  output: z.object({
    file: outputMedia({ accept: 'text/plain' }),
    text: z.string().meta({ title: 'Text', description: 'Only a text of at most 60 KiB' }),
  }),
  async *run({ input: { document }, output, context }) {
    const whole = await officeText(context, document)
    if (whole === undefined) {
      throw new BlockExecutionError('document: cannot be read; it is damaged or too large.')
    }
    if (whole.trim() === '') throw new BlockExecutionError('document: has no text.')
    const target = await context.newPath(parse(document).name, '.txt')
    const path = join(context.directory, target)
    await writeFile(path, whole)
    yield output.file(target)
    const text = await shortText(path)
    if (text !== undefined) yield output.text(text)
  },
  tests: [
    {
      files: { '/a.docx': docx('<w:p><w:r><w:t>Größe</w:t></w:r></w:p>') },
      input: { document: 'workspace:///a.docx' },
      output: [
        ['file', z.string().endsWith('#text/plain')],
        ['text', 'Größe\n'],
      ],
    },
    {
      name: 'says that a document has no text',
      files: { '/a.docx': docx('') },
      input: { document: 'workspace:///a.docx' },
      output: [['error', 'document: has no text.']],
    },
    {
      name: 'says that a document is damaged',
      files: { '/a.docx': docx('<w:p><w:r>') },
      input: { document: 'workspace:///a.docx' },
      output: [['error', 'document: cannot be read; it is damaged or too large.']],
    },
    {
      name: 'does not read entities of a document type',
      files: { '/a.docx': docx('<w:p>&e;</w:p>', '<!DOCTYPE w [<!ENTITY e "text">]>') },
      input: { document: 'workspace:///a.docx' },
      output: [['error', /^document: /]],
    },
    {
      name: 'refuses another archive',
      files: { '/a.docx': zipOf([['a.txt', 'one']]) },
      input: { document: 'workspace:///a.docx' },
      output: [['error', /^document: This must be /]],
    },
  ],
})

function docx(body: string, doctype = ''): Buffer {
  const main = `${ooxml}wordprocessingml.document.main+xml`
  const types = 'http://schemas.openxmlformats.org/package/2006/content-types'
  const words = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  return zipOf([
    [
      '[Content_Types].xml',
      `<Types xmlns="${types}"><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
    ],
    [
      'word/document.xml',
      `${doctype}<w:document xmlns:w="${words}"><w:body>${body}</w:body></w:document>`,
    ],
  ])
}

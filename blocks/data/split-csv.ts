import assert from 'node:assert/strict'
import { mkdir, rename } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  defineBlock,
  media,
  outputMedia,
  programBeside,
  type TestResults,
} from '../../shared/blocks/sdk.ts'
import { runProgram } from '../run-program.ts'

const maxParts = 300
const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }

export const splitCsv = defineBlock({
  id: '2b6e9d04-f7a1-4c83-8d5b-60c4e1a9f372',
  name: 'SplitCsv',
  description:
    'Splits a CSV file into files of some rows each. Repeats the header, keeps the bytes of each row, and knows line breaks in quotation marks.',
  categories: ['data'],
  idempotent: true,
  input: z.object({
    file: media({ accept: 'text/csv,text/plain,text/tab-separated-values' }).meta({
      title: 'File',
    }),
    rows: z
      .int()
      .min(1)
      .max(10_000_000)
      .meta({ title: 'Rows', description: 'The rows of each part, without the header' }),
    hasHeader: z.boolean().default(true).meta({
      title: 'Has a header',
      description: 'Whether the first row names the columns',
    }),
    delimiter: z
      .enum(['auto', 'comma', 'semicolon', 'tab', 'pipe'])
      .default('auto')
      .meta({ title: 'Delimiter', advanced: true }),
  }),
  output: z.object({
    file: outputMedia({ accept: 'text/*' }).meta({ title: 'Part' }),
    rows: z.int().meta({ title: 'Rows', description: 'The rows of this part, without the header' }),
  }),
  async *run({ input: { file, rows, hasHeader, delimiter }, output, context }) {
    const folder = await context.newPath('parts', '')
    await mkdir(join(context.directory, folder))
    const program = programBeside(import.meta.url, 'split-csv-process')
    const known = delimiter === 'auto' ? {} : { delimiter: delimiters[delimiter] }
    const job = { source: file, folder, rows, hasHeader, maxParts, ...known }
    const { parts } = partsSchema.parse(await runProgram(context, program, job, { failure }))
    if (parts.length === 0) throw new BlockExecutionError('This CSV file has no rows.')
    const { name, ext } = parse(file)
    for (const [index, count] of parts.entries()) {
      const path = await context.newPath(`${name} ${index + 1}`, ext || '.csv')
      await rename(join(context.directory, folder, `${index}`), join(context.directory, path))
      yield output.file(path)
      yield output.rows(count)
    }
  },
  tests: [
    {
      files: { '/t.csv': 'a,b\r\n1,"x\r\ny"\r\n2,"say ""hi"""\r\n3,z' },
      input: { file: 'workspace:///t.csv', rows: 2 },
      output: [
        ['file', z.string().endsWith('#text/csv')],
        ['rows', 2],
        ['file', z.string().endsWith('#text/csv')],
        ['rows', 1],
      ],
      check: texts('a,b\r\n1,"x\r\ny"\r\n2,"say ""hi"""\r\n', 'a,b\r\n3,z'),
    },
    {
      name: 'keeps a byte order mark, and finds semicolons',
      files: { '/t.csv': '\ufeffa;b\n"1;x";2\n3;4\n' },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [
        ['file', z.string().endsWith('#text/csv')],
        ['rows', 1],
        ['file', z.string().endsWith('#text/csv')],
        ['rows', 1],
      ],
      check: texts('\ufeffa;b\n"1;x";2\n', '\ufeffa;b\n3;4\n'),
    },
    {
      name: 'splits without a header',
      files: { '/t.csv': '1,2\n3,4\n' },
      input: { file: 'workspace:///t.csv', rows: 1, hasHeader: false },
      output: [
        ['file', z.string()],
        ['rows', 1],
        ['file', z.string()],
        ['rows', 1],
      ],
      check: texts('1,2\n', '3,4\n'),
    },
    {
      name: 'says that a quotation mark is not closed',
      files: { '/t.csv': 'a,b\n1,"2\n3,4\n' },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [['error', /^This CSV file has a quotation mark that is not closed/]],
    },
    {
      name: 'says which line has a quotation mark inside a field',
      files: { '/t.csv': 'a,b\n1,5" disk\n' },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [['error', /Line 2 has a quotation mark inside a field/]],
    },
    {
      name: 'says that there are too many parts',
      files: { '/t.csv': `a\n${'1\n'.repeat(maxParts + 1)}` },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [['error', /^This file makes more than 300 parts/]],
    },
    {
      name: 'says that there are no rows',
      files: { '/t.csv': 'a,b\n' },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [['error', 'This CSV file has no rows.']],
    },
    {
      name: 'refuses UTF-16',
      files: { '/t.csv': Buffer.from('\ufeffa,b\n1,2\n', 'utf16le') },
      input: { file: 'workspace:///t.csv', rows: 1 },
      output: [['error', /^This CSV file is in UTF-16/]],
    },
  ],
})

const failure = 'This CSV file cannot be split.'
const partsSchema = z.object({ parts: z.array(z.int()).max(maxParts) })

function texts(...expected: string[]) {
  return async ({ values, read }: TestResults) => {
    const files = await Promise.all(values('file').map(async (it) => (await read(it)).toString()))
    assert.deepEqual(files, expected)
  }
}

import { parse } from 'node:path'
import { z } from 'zod'
import {
  BlockInputError,
  defineBlock,
  media,
  outputMedia,
  programBeside,
} from '../../shared/blocks/sdk.ts'
import { runProgram } from '../run-program.ts'

const maxRows = { bar: 200, line: 20_000 }
const maxSeries = 8
const columnName = z.string().min(1).max(200)

export const csvToChart = defineBlock({
  id: 'e71c5a90-3f28-4d6b-8b04-a9d2f6e8c137',
  name: 'CsvToChart',
  description:
    'Draws columns of a CSV file as a bar or line chart, a PNG of 1200 × 700 pixels. The first row names the columns.',
  categories: ['data', 'images'],
  idempotent: true,
  input: z.object({
    file: media({ accept: 'text/csv,text/plain,text/tab-separated-values' }).meta({
      title: 'File',
    }),
    kind: z.enum(['bar', 'line']).default('bar').meta({ title: 'Kind' }),
    title: z.string().max(100).default('').meta({ title: 'Title' }),
    label: columnName
      .optional()
      .meta({ title: 'Labels', description: 'The column of labels; by default the first' }),
    values: z.array(columnName).min(1).max(maxSeries).optional().meta({
      title: 'Values',
      description: 'The columns to draw; by default those with numbers, at most 8',
    }),
  }),
  output: z.object({
    image: outputMedia({ accept: 'image/png' }),
    rows: z.int().meta({ title: 'Rows' }),
    series: z
      .array(z.string())
      .meta({ title: 'Series', description: 'The columns that are drawn' }),
  }),
  async *run({ input: { file, kind, title, label, values }, output, context }) {
    if (values && new Set(values).size < values.length) {
      throw new BlockInputError('values: names a column twice')
    }
    const target = await context.newPath(parse(file).name, '.png')
    const limits = { maxRows: maxRows[kind], maxSeries }
    const job = { source: file, target, kind, title, label, values, ...limits }
    const program = programBeside(import.meta.url, 'chart-process')
    const drawn = chartSchema.parse(await runProgram(context, program, job, { failure }))
    yield output.image(target)
    yield output.rows(drawn.rows)
    yield output.series(drawn.series)
  },
  tests: [
    {
      files: { '/t.csv': 'month,a,note,b\nJan,1,x,2.5\nFeb,-3,<b>&,4e1\nMar,,y,0\n' },
      input: { file: 'workspace:///t.csv', title: 'Sums & <more>' },
      output: [
        ['image', z.string().endsWith('#image/png')],
        ['rows', 3],
        ['series', ['a', 'b']],
      ],
      async check({ values, read }) {
        const bytes = await read(values('image')[0])
        const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
        if (width !== 1200 || height !== 700) throw new Error(`The image has ${width} × ${height}`)
      },
    },
    {
      name: 'draws lines of chosen columns',
      files: { '/t.csv': 'a;b;c\n1;x;1\n2;y;5\n3;z;5\n' },
      input: { file: 'workspace:///t.csv', kind: 'line', label: 'b', values: ['c'] },
      output: [
        ['image', z.string().endsWith('#image/png')],
        ['rows', 3],
        ['series', ['c']],
      ],
    },
    {
      name: 'shortens the name of a column in its output',
      files: { '/t.csv': `a,${'b'.repeat(100_000)}\nx,1\ny,2\n` },
      input: { file: 'workspace:///t.csv' },
      output: [
        ['image', z.string().endsWith('#image/png')],
        ['rows', 2],
        ['series', ['b'.repeat(200)]],
      ],
    },
    {
      name: 'names a column that does not exist',
      files: { '/t.csv': 'a,b\n1,2\n' },
      input: { file: 'workspace:///t.csv', values: ['c'] },
      output: [['error', 'There is no column "c". The columns are: a, b.']],
    },
    {
      name: 'says that a column has no numbers',
      files: { '/t.csv': 'a,b\n1,two\n' },
      input: { file: 'workspace:///t.csv' },
      output: [['error', 'There are no numbers. Write them as 1234.5.']],
    },
    {
      name: 'says that there are too many rows',
      files: { '/t.csv': `a,b\n${'x,1\n'.repeat(201)}` },
      input: { file: 'workspace:///t.csv' },
      output: [['error', 'This file has more than 200 rows for this kind of chart.']],
    },
    {
      name: 'says that a quotation mark is not closed',
      files: { '/t.csv': 'a,b\nx,"1\n' },
      input: { file: 'workspace:///t.csv' },
      output: [['error', /^This is not a valid CSV file/]],
    },
  ],
})

const failure = 'This CSV file cannot be drawn.'
const chartSchema = z.object({ rows: z.int(), series: z.array(z.string()).max(maxSeries) })

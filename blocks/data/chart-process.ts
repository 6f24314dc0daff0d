import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse'
import sharp from 'sharp'
import { chartSvg, type ChartKind } from './chart-svg.ts'
import { numberOf } from './cell-number.ts'
import { delimiterOf, isUtf16 } from './csv-head.ts'

// A program of Node that `CsvToChart` runs with `context.run`. It reads at most `maxRows` rows, draws them as SVG and renders it as PNG.

export interface ChartJob {
  source: string
  target: string
  kind: ChartKind
  title: string
  /** The name of the column of labels; by default the first. */
  label: string | undefined
  /** The names of the columns of numbers; by default those with a number in the first row. */
  values: string[] | undefined
  maxRows: number
  maxSeries: number
}

export interface ChartResult {
  rows: number
  series: string[]
}

type Refusal = { refusal: string }

const maxRowBytes = 1024 * 1024
const headBytes = 65_536
/** A name in the result. A row of names can have a mebibyte, and an output of the block cannot. */
const maxNameLength = 200

// The only input is an SVG that this program made.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadSvg'] })
sharp.cache(false)

if (import.meta.main) {
  const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as ChartJob
  process.stdout.write(JSON.stringify(await draw(job)))
}

async function draw(job: ChartJob): Promise<ChartResult | Refusal> {
  const table = await readTable(job)
  if ('refusal' in table) return table
  const [names = [], ...rows] = table.rows
  const columns = columnsOf(job, names, rows)
  if ('refusal' in columns) return columns
  const series = columns.values.map((column) => ({
    name: names[column] ?? '',
    values: rows.map((row) => numberOf(row[column] ?? '')),
  }))
  const labels = rows.map((row) => row[columns.label] ?? '')
  const svg = chartSvg({ kind: job.kind, title: job.title, labels, series })
  await sharp(Buffer.from(svg)).png().toFile(job.target)
  return { rows: rows.length, series: series.map(({ name }) => name.slice(0, maxNameLength)) }
}

async function readTable({ source, maxRows }: ChartJob): Promise<{ rows: string[][] } | Refusal> {
  const head = await headOf(source)
  if (isUtf16(head)) {
    return { refusal: 'This CSV file is in UTF-16. Save it in UTF-8 and try again.' }
  }
  const input = createReadStream(source)
  const parser = input.pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(head),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: maxRowBytes,
    }),
  )
  const rows: string[][] = []
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      rows.push(row)
      if (rows.length > maxRows + 1) {
        return { refusal: `This file has more than ${maxRows} rows for this kind of chart.` }
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return {
      refusal: 'This is not a valid CSV file: a quotation mark is not closed, or not doubled.',
    }
  } finally {
    input.destroy()
  }
  if (rows.length < 2) {
    return { refusal: 'This CSV file needs a row of names and at least one row of values.' }
  }
  return { rows }
}

async function headOf(source: string): Promise<Buffer> {
  await using file = await open(source)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes))
  return buffer.subarray(0, bytesRead)
}

function columnsOf(
  { label, values, maxSeries }: ChartJob,
  names: readonly string[],
  rows: readonly string[][],
): { label: number; values: number[] } | Refusal {
  const unknown = [...(label === undefined ? [] : [label]), ...(values ?? [])].find(
    (name) => !names.includes(name),
  )
  if (unknown !== undefined) {
    const known = names.slice(0, 20).join(', ').slice(0, 500)
    return { refusal: `There is no column "${unknown}". The columns are: ${known}.` }
  }
  const labelColumn = label === undefined ? 0 : names.indexOf(label)
  const isNumeric = (column: number) =>
    column !== labelColumn && rows.some((row) => numberOf(row[column] ?? '') !== undefined)
  const chosen = values
    ? values.map((name) => names.indexOf(name))
    : names
        .map((_, column) => column)
        .filter(isNumeric)
        .slice(0, maxSeries)
  const empty = chosen.find((column) => !isNumeric(column) && column !== labelColumn)
  if (chosen.length === 0 || empty !== undefined) {
    const name = empty === undefined ? '' : ` in "${names[empty] ?? ''}"`
    return { refusal: `There are no numbers${name}. Write them as 1234.5.` }
  }
  return { label: labelColumn, values: chosen }
}

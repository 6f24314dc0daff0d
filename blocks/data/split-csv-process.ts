import { createReadStream, createWriteStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { delimiterOf, isUtf16 } from './csv-head.ts'

// A program of Node that `SplitCsv` runs with `context.run`. Finds the ends of the rows with a parser, and copies the bytes between
// them unchanged. Reads the file as Latin-1: each byte is a character, whatever the encoding.

export interface SplitCsvJob {
  source: string
  /** An existing folder, relative. Parts are written as `{folder}/0` and so on. */
  folder: string
  rows: number
  hasHeader: boolean
  delimiter: string | undefined
  maxParts: number
}

/** The number of rows of each part, without headers. */
export interface SplitCsvResult {
  parts: number[]
}

interface Part {
  start: number
  end: number
  rows: number
}

const maxRowBytes = 1024 * 1024

if (import.meta.main) {
  const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as SplitCsvJob
  process.stdout.write(JSON.stringify(await split(job)))
}

async function split(job: SplitCsvJob): Promise<SplitCsvResult | { refusal: string }> {
  const { source, folder, maxParts } = job
  const head = await headOf(source)
  if (isUtf16(head)) {
    return { refusal: 'This CSV file is in UTF-16. Save it in UTF-8 and try again.' }
  }
  try {
    const { header, parts } = await findParts(job, job.delimiter ?? delimiterOf(head))
    if (parts.length > maxParts) {
      return {
        refusal: `This file makes more than ${maxParts} parts. Set "rows" to a larger number.`,
      }
    }
    for (const [index, part] of parts.entries()) {
      await copy(
        source,
        header > 0 ? [{ start: 0, end: header }, part] : [part],
        `${folder}/${index}`,
      )
    }
    return { parts: parts.map(({ rows }) => rows) }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { refusal: wordsOf(error) }
  }
}

async function headOf(source: string): Promise<Buffer> {
  await using file = await open(source)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536))
  return buffer.subarray(0, bytesRead)
}

/** Finds the byte ranges of the parts. Ends early when there is one part too many. */
async function findParts(
  { source, rows, hasHeader, maxParts }: SplitCsvJob,
  delimiter: string,
): Promise<{ header: number; parts: Part[] }> {
  const parser = parse({
    encoding: 'latin1',
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    max_record_size: maxRowBytes,
  })
  const parts: Part[] = []
  let header = hasHeader ? -1 : 0
  let part: Part | undefined
  const count = async (records: AsyncIterable<{ info: { bytes: number } }>) => {
    for await (const { info } of records) {
      if (header === -1) {
        header = info.bytes
        continue
      }
      if (part === undefined || part.rows === rows) {
        part = { start: part?.end ?? header, end: 0, rows: 0 }
        parts.push(part)
        if (parts.length > maxParts) return
      }
      part.end = info.bytes
      part.rows += 1
    }
  }
  await pipeline(createReadStream(source), parser, count)
  // The last row can end without a line break, and blank lines can follow it.
  if (part && parts.length <= maxParts) part.end = (await stat(source)).size
  return { header, parts }
}

async function copy(source: string, ranges: { start: number; end: number }[], target: string) {
  async function* chunks() {
    for (const { start, end } of ranges) yield* createReadStream(source, { start, end: end - 1 })
  }
  await pipeline(Readable.from(chunks()), createWriteStream(target, { flags: 'wx' }))
}

function wordsOf({ code, lines }: CsvError): string {
  const line = typeof lines === 'number' ? ` Line ${lines}` : ' A row'
  if (code === 'CSV_MAX_RECORD_SIZE' || code === 'CSV_QUOTE_NOT_CLOSED') {
    return `This CSV file has a quotation mark that is not closed.${line} is the first one after it, or longer than 1 MiB.`
  }
  return `This is not a valid CSV file.${line} has a quotation mark inside a field; write it twice, and put the field in quotation marks.`
}

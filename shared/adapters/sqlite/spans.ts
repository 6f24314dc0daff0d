import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { ListQuery } from '../../model/listing.ts'
import type { Database } from './database/database.ts'
import { recordColumns } from './rows.ts'
import type { Selection } from './selection.ts'

/** How many entries of an index one statement reads, at most. Looking up the row of each takes about 3 ms. */
const maxReadAtOnce = 2000

export interface Place {
  path: string
  sequence: number
}

export interface Listing {
  query: ListQuery
  selection: Selection
}

/** The entries of an index after `from`, up to and including `to`. */
export interface Span {
  from: Place
  to: Place
  /** Where the next span begins; undefined after the last one. */
  next: Place | undefined
}

/** The place before the first entry of a listing. */
export function startOf({ after, descending }: ListQuery, { bounds: { low, high } }: Selection) {
  const sequence = descending ? Number.MAX_SAFE_INTEGER : 0
  if (after === undefined) return { path: descending ? high : low, sequence }
  if (!('path' in after)) return { path: descending ? high : low, sequence: after.sequence }
  return after.path.endsWith('/') ? behindFolder(descending, after.path) : after
}

/** `0` follows `/` in code points: nothing in `/a/` lies behind `/a0`, everything in it lies before. */
export function behindFolder(descending: boolean, folder: string): Place {
  return { path: descending ? folder : `${folder.slice(0, -1)}0`, sequence: 0 }
}

/** The next `maxReadAtOnce` entries; all that follow where so many would not be read, or have to be sorted. */
export function spanFrom(
  database: Database,
  { query, selection }: Listing,
  { from, isBrief = false }: { from: Place; isBrief?: boolean },
): Span {
  const last = endOf(query, selection)
  if (isBrief || !selection.isOrdered) return { from, to: last, next: undefined }
  const { keys, index } = selection
  const conditions = [...keys.sql, ...rangeOf(query)].join(' AND ')
  const sql = `SELECT path, sequence FROM files INDEXED BY ${index} WHERE ${conditions}
    ${orderOf(query)} LIMIT 1 OFFSET ${maxReadAtOnce - 1}`
  const row = database.prepare(sql).get({ ...keys.values, ...valuesOf(query, { from, to: last }) })
  if (row === undefined) return { from, to: last, next: undefined }
  const to = { path: String(row['path']), sequence: Number(row['sequence']) }
  return { from, to, next: to }
}

export function countSpan(database: Database, { query, selection }: Listing, span: Span): number {
  const statement = database.prepare(`SELECT count(*) AS files ${fromOf(query, selection)}`)
  return Number(statement.get(boundValues(query, selection, span))?.['files'])
}

/** The rows of a span in the order of the query, and the values that they take besides `limit` and `offset`. */
export function rowsOf(
  database: Database,
  { query, selection }: Listing,
): { statement: StatementSync; valuesIn: (span: Span) => Record<string, SQLInputValue> } {
  const statement = database.prepare(
    `SELECT path, sequence, ${recordColumns} ${fromOf(query, selection)}
      ${orderOf(query)} LIMIT :limit OFFSET :offset`,
  )
  return { statement, valuesIn: (span) => boundValues(query, selection, span) }
}

function fromOf(query: ListQuery, { index, keys, filters }: Selection): string {
  const conditions = [...keys.sql, ...rangeOf(query), ...filters.sql]
  return `FROM files INDEXED BY ${index} WHERE ${conditions.join(' AND ')}`
}

function boundValues(query: ListQuery, { keys, filters }: Selection, span: Span) {
  return { ...keys.values, ...filters.values, ...valuesOf(query, span) }
}

/** Each end stands once: of two conditions on a path SQLite would seek to either, and read on from there to the other. */
function rangeOf({ sort, descending }: ListQuery): string[] {
  const [after, upTo] = descending ? ['<', '>'] : ['>', '<']
  if (sort === 'created') return [`sequence ${after} :sequence AND sequence ${upTo}= :toSequence`]
  return [
    `path ${after}= :path AND path ${upTo}= :toPath`,
    `(path ${after} :path OR sequence ${after} :sequence)`,
    `(path ${upTo} :toPath OR sequence ${upTo}= :toSequence)`,
  ]
}

function valuesOf({ sort }: ListQuery, { from, to }: Pick<Span, 'from' | 'to'>) {
  const sequences = { sequence: from.sequence, toSequence: to.sequence }
  return sort === 'created' ? sequences : { ...sequences, path: from.path, toPath: to.path }
}

function orderOf({ sort, descending }: ListQuery): string {
  const direction = descending ? 'DESC' : 'ASC'
  return sort === 'created'
    ? `ORDER BY sequence ${direction}`
    : `ORDER BY path ${direction}, sequence ${direction}`
}

/** No file lies at the end itself. */
function endOf({ sort, descending }: ListQuery, { bounds: { low, high } }: Selection): Place {
  const isLastSequence = sort === 'created' && !descending
  return {
    path: descending ? low : high,
    sequence: isLastSequence ? Number.MAX_SAFE_INTEGER : 0,
  }
}

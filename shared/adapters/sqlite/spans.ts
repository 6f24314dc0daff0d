import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { maxExaminedFiles, positionAfterFolder, type ListQuery } from '../../model/listing.ts'
import type { Database } from './database/database.ts'
import { recordColumns } from './rows.ts'
import type { Selection } from './selection.ts'

/** The most index entries that one statement reads. Reading their rows takes about 3 ms. */
const maxEntriesPerSpan = 2000

/** The number of index entries in each span of a query but the last. */
export function spanLength({ maxExamined = maxExaminedFiles }: ListQuery): number {
  return Math.min(maxEntriesPerSpan, maxExamined)
}

/** A position in a listing by path or by sequence. */
export interface Position {
  path: string
  sequence: number
}

export interface Listing {
  query: ListQuery
  selection: Selection
}

/** A range of index entries, from `from` (exclusive) to `to` (inclusive). */
export interface Span {
  from: Position
  to: Position
  /** Where the next span starts. Undefined after the last one. */
  next: Position | undefined
}

/** The position before the first entry of a listing. */
export function startOf({ after, descending }: ListQuery, { bounds: { low, high } }: Selection) {
  const sequence = descending ? Number.MAX_SAFE_INTEGER : 0
  if (after === undefined) return { path: descending ? high : low, sequence }
  if (!('path' in after)) return { path: descending ? high : low, sequence: after.sequence }
  return after.path.endsWith('/') ? positionAfterFolder(after.path, { descending }) : after
}

/**
 * The span of the next `maxEntriesPerSpan` entries. The span of all remaining entries, if the caller reads only a few of them
 * (`isBrief`) or if SQLite must sort them.
 */
export function spanFrom(
  database: Database,
  { query, selection }: Listing,
  { from, isBrief = false }: { from: Position; isBrief?: boolean },
): Span {
  const last = endOf(query, selection)
  if (isBrief || !selection.isOrdered) return { from, to: last, next: undefined }
  const { keys, index } = selection
  const conditions = [...keys.sql, ...rangeOf(query)].join(' AND ')
  const sql = `SELECT path, sequence FROM files INDEXED BY ${index} WHERE ${conditions}
    ${orderOf(query)} LIMIT 2 OFFSET :offset`
  const values = { ...keys.values, ...valuesOf(query, { from, to: last }) }
  const [row, following] = database.prepare(sql).all({ ...values, offset: spanLength(query) - 1 })
  if (row === undefined || following === undefined) return { from, to: last, next: undefined }
  const to = { path: String(row['path']), sequence: Number(row['sequence']) }
  return { from, to, next: to }
}

export function countSpan(database: Database, { query, selection }: Listing, span: Span): number {
  const statement = database.prepare(`SELECT count(*) AS files ${fromOf(query, selection)}`)
  return Number(statement.get(boundValues(query, selection, span))?.['files'])
}

/** The number of index entries in a span, also of files that the filters exclude. */
export function countEntries(database: Database, { query, selection }: Listing, span: Span) {
  const unfiltered = { ...selection, filters: { sql: [], values: {} } }
  return countSpan(database, { query, selection: unfiltered }, span)
}

/** The statement that reads the rows of a span in the order of the query. Its parameters are `valuesIn(span)`, `limit` and `offset`. */
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

/**
 * Uses one condition for each end of the path range. With two conditions at one end, SQLite may seek to the wider one and scan
 * from there.
 */
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

/** The position after the last entry of a listing. No file is at this position. */
function endOf({ sort, descending }: ListQuery, { bounds: { low, high } }: Selection): Position {
  const isLastSequence = sort === 'created' && !descending
  return {
    path: descending ? low : high,
    sequence: isLastSequence ? Number.MAX_SAFE_INTEGER : 0,
  }
}

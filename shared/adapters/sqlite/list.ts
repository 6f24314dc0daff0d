import { setImmediate } from 'node:timers/promises'
import type { SQLOutputValue } from 'node:sqlite'
import {
  folderOf,
  pageOf,
  positionAfterFolder,
  type ListEntry,
  type ListPage,
  type ListQuery,
} from '../../model/listing.ts'
import type { Database } from './database/database.ts'
import { decode } from './rows.ts'
import { countingSort, select } from './selection.ts'
import { countSpan, rowsOf, spanFrom, startOf, type Listing, type Position } from './spans.ts'

type Row = Record<string, SQLOutputValue>

/** The most entries that one step over folders reads. */
const maxEntriesPerStep = 1000

interface StepRequest {
  from: Position
  /** The number of entries left to skip for the offset. */
  skip: number
  wanted: number
}

interface StepResult {
  entries: ListEntry<Row>[]
  skipped: number
  /** Where the next step starts. Undefined after the last one. */
  next: Position | undefined
}

/**
 * Lists one page. A search, an offset or a total reads every file of the workspace, so the work is split into steps. Each step
 * is one short transaction, and other requests run between steps.
 */
export async function listFiles(database: Database, query: ListQuery): Promise<ListPage> {
  const selection = select(database, query)
  const step = query.folders === true && query.sort === 'path' ? readFolders : readRows
  const entries: ListEntry<Row>[] = []
  const wanted = query.limit + 1
  let skip = query.offset ?? 0
  let position: Position | undefined = startOf(query, selection)
  while (position && entries.length < wanted) {
    const from = position
    const result: StepResult = await database.read(() =>
      step(database, { query, selection }, { from, skip, wanted: wanted - entries.length }),
    )
    entries.push(...result.entries)
    skip -= result.skipped
    position = result.next
    if (position) await setImmediate()
  }
  const total = query.total ? await count(database, query) : undefined
  return pageOf(query, entries, { decode, total })
}

/** The number of files on all pages. */
async function count(database: Database, given: ListQuery): Promise<number> {
  const { after: _, ...all } = given
  const query = { ...all, sort: countingSort(given) }
  const selection = select(database, query)
  let files = 0
  let position: Position | undefined = startOf(query, selection)
  while (position) {
    const from = position
    const [counted, next]: [number, Position | undefined] = await database.read(() => {
      const span = spanFrom(database, { query, selection }, { from })
      return [countSpan(database, { query, selection }, span), span.next]
    })
    files += counted
    position = next
    if (position) await setImmediate()
  }
  return files
}

function readRows(
  database: Database,
  listing: Listing,
  { from, skip, wanted }: StepRequest,
): StepResult {
  const isBrief = skip === 0 && isUnfiltered(listing)
  const span = spanFrom(database, listing, { from, isBrief })
  if (skip > 0) {
    const skipped = countSpan(database, listing, span)
    if (skipped <= skip) return { entries: [], skipped, next: span.next }
  }
  const { statement, valuesIn } = rowsOf(database, listing)
  const rows = statement.all({ ...valuesIn(span), limit: wanted, offset: skip })
  return { entries: rows.map((row) => ({ row })), skipped: skip, next: span.next }
}

/**
 * Reads rows and folders. Seeks past the files of each folder, so the cost is one lookup for each entry, independent of the
 * number of files in the folders. With filters, also reads the files that the filters exclude.
 */
function readFolders(
  database: Database,
  listing: Listing,
  { from, skip, wanted }: StepRequest,
): StepResult {
  const { query } = listing
  const { statement, valuesIn } = rowsOf(database, listing)
  const isBrief = isUnfiltered(listing)
  const maxEntries = Math.min(skip + wanted, maxEntriesPerStep)
  const entries: ListEntry<Row>[] = []
  const maxSpans = isBrief ? Infinity : 1
  let next: Position | undefined = from
  for (let spans = 0; next && spans < maxSpans && entries.length < maxEntries; spans += 1) {
    const span = spanFrom(database, listing, { from: next, isBrief })
    next = span.next
    for (const row of statement.iterate({ ...valuesIn(span), limit: -1, offset: 0 })) {
      const path = String(row['path'])
      const folder = folderOf(path, query.prefix)
      entries.push(folder === undefined ? { row } : { folder })
      next = folder === undefined ? positionOf(row) : positionAfterFolder(folder, query)
      if (folder !== undefined || entries.length === maxEntries) break
    }
  }
  const skipped = Math.min(skip, entries.length)
  return { entries: entries.slice(skipped), skipped, next }
}

function isUnfiltered({ selection }: Listing): boolean {
  return selection.filters.sql.length === 0
}

function positionOf(row: Row): Position {
  return { path: String(row['path']), sequence: Number(row['sequence']) }
}

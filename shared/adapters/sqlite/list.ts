import { setImmediate } from 'node:timers/promises'
import type { SQLOutputValue } from 'node:sqlite'
import {
  folderOf,
  maxExaminedFiles,
  offsetTooFar,
  pageOf,
  positionAfterFolder,
  type ListEntry,
  type ListPage,
  type ListPosition,
  type ListQuery,
  type Total,
} from '../../model/listing.ts'
import type { Database } from './database/database.ts'
import { decode } from './rows.ts'
import { countingSort, select } from './selection.ts'
import {
  countEntries,
  countSpan,
  rowsOf,
  spanFrom,
  spanLength,
  startOf,
  type Listing,
  type Position,
} from './spans.ts'

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
  /** The number of index entries that the step read to test filters, at most. */
  examined: number
  /** Where the next step starts. Undefined after the last one. */
  next: Position | undefined
}

/**
 * Lists one page. A search, an offset or a total reads up to `maxExamined` files of the workspace, so the work is split into
 * steps. Each step is one short transaction, and other requests run between steps.
 */
export async function listFiles(database: Database, query: ListQuery): Promise<ListPage> {
  const selection = select(database, query)
  const step = query.folders === true && query.sort === 'path' ? readFolders : readRows
  const entries: ListEntry<Row>[] = []
  const { maxExamined = maxExaminedFiles } = query
  const wanted = query.limit + 1
  let skip = query.offset ?? 0
  let examined = 0
  let position: Position | undefined = startOf(query, selection)
  while (position && entries.length < wanted && examined < maxExamined) {
    const from = position
    const result: StepResult = await database.read(() =>
      step(database, { query, selection }, { from, skip, wanted: wanted - entries.length }),
    )
    entries.push(...result.entries)
    skip -= result.skipped
    examined += result.examined
    position = result.next
    if (position) await setImmediate()
  }
  const stoppedAt = entries.length < wanted ? listPosition(query, position) : undefined
  if (stoppedAt && skip > 0) throw offsetTooFar()
  const total = query.total ? await count(database, query) : undefined
  return pageOf(query, { entries, stoppedAt, total }, decode)
}

/** The number of files on all pages. */
async function count(database: Database, given: ListQuery): Promise<Total> {
  const { after: _, maxExamined = maxExaminedFiles, ...all } = given
  const query = { ...all, maxExamined, sort: countingSort(given) }
  const selection = select(database, query)
  let files = 0
  let examined = 0
  let position: Position | undefined = startOf(query, selection)
  while (position && examined < maxExamined) {
    const from = position
    const [counted, next]: [number, Position | undefined] = await database.read(() => {
      const span = spanFrom(database, { query, selection }, { from })
      return [countSpan(database, { query, selection }, span), span.next]
    })
    files += counted
    examined += spanLength(query)
    position = next
    if (position) await setImmediate()
  }
  return { files, isMinimum: position !== undefined }
}

function listPosition(
  { sort }: ListQuery,
  position: Position | undefined,
): ListPosition | undefined {
  return position && sort === 'created' ? { sequence: position.sequence } : position
}

function readRows(
  database: Database,
  listing: Listing,
  { from, skip, wanted }: StepRequest,
): StepResult {
  const isBrief = skip === 0 && isUnfiltered(listing)
  const span = spanFrom(database, listing, { from, isBrief })
  const examined = isUnfiltered(listing) ? 0 : spanLength(listing.query)
  if (skip > 0) {
    const skipped = countSpan(database, listing, span)
    if (skipped <= skip) return { entries: [], skipped, examined, next: span.next }
  }
  const { statement, valuesIn } = rowsOf(database, listing)
  const rows = statement.all({ ...valuesIn(span), limit: wanted, offset: skip })
  return { entries: rows.map((row) => ({ row })), skipped: skip, examined, next: span.next }
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
  let examined = 0
  for (let spans = 0; next && spans < maxSpans && entries.length < maxEntries; spans += 1) {
    const span = spanFrom(database, listing, { from: next, isBrief })
    next = span.next
    let last = span.to
    for (const row of statement.iterate({ ...valuesIn(span), limit: -1, offset: 0 })) {
      const path = String(row['path'])
      const folder = folderOf(path, query.prefix)
      entries.push(folder === undefined ? { row } : { folder })
      last = positionOf(row)
      next = folder === undefined ? last : positionAfterFolder(folder, query)
      if (folder !== undefined || entries.length === maxEntries) break
      last = span.to
    }
    if (!isBrief) examined += countEntries(database, listing, { ...span, to: last })
  }
  const skipped = Math.min(skip, entries.length)
  return { entries: entries.slice(skipped), skipped, examined, next }
}

function isUnfiltered({ selection }: Listing): boolean {
  return selection.filters.sql.length === 0
}

function positionOf(row: Row): Position {
  return { path: String(row['path']), sequence: Number(row['sequence']) }
}

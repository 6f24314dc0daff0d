import { setImmediate } from 'node:timers/promises'
import type { SQLOutputValue } from 'node:sqlite'
import type { FileRecord } from '../../model/file.ts'
import type { ListPage, ListPosition, ListQuery } from '../../model/listing.ts'
import type { Database } from './database/database.ts'
import { decode } from './rows.ts'
import { countingSort, select } from './selection.ts'
import {
  behindFolder,
  countSpan,
  rowsOf,
  spanFrom,
  startOf,
  type Listing,
  type Place,
} from './spans.ts'

/** What a page lists: a row that is not decoded before it is known to be on the page, or a folder. */
type Entry = { row: Record<string, SQLOutputValue> } | { folder: string }

/** How many entries of an offset among folders are passed at once. */
const maxWalkedAtOnce = 1000

interface Step {
  from: Place
  /** How many entries of the offset are still to pass. */
  skip: number
  wanted: number
}

interface Stepped {
  entries: Entry[]
  skipped: number
  /** Where the next step begins; undefined where nothing is left. */
  next: Place | undefined
}

/**
 * One page. Each step is one short transaction, and other requests run between two: a search, an offset and a total read
 * every file of the workspace.
 */
export async function listFiles(database: Database, query: ListQuery): Promise<ListPage> {
  const selection = select(database, query)
  const step = query.folders === true && query.sort === 'path' ? walk : readRows
  const entries: Entry[] = []
  const wanted = query.limit + 1
  let skip = query.offset ?? 0
  let place: Place | undefined = startOf(query, selection)
  while (place && entries.length < wanted) {
    const from = place
    const stepped: Stepped = await database.read(() =>
      step(database, { query, selection }, { from, skip, wanted: wanted - entries.length }),
    )
    entries.push(...stepped.entries)
    skip -= stepped.skipped
    place = stepped.next
    if (place) await setImmediate()
  }
  return pageOf(query, entries, query.total ? await count(database, query) : undefined)
}

function pageOf(query: ListQuery, entries: Entry[], total: number | undefined): ListPage {
  const page = entries.slice(0, query.limit)
  const files = page.flatMap((entry) => ('row' in entry ? decode(entry.row) : []))
  const folders = page.flatMap((entry) => ('folder' in entry ? entry.folder : []))
  const last = entries.length > page.length ? page.at(-1) : undefined
  return {
    files,
    folders,
    ...(last && { next: positionOf(query, last, files) }),
    ...(total !== undefined && { total }),
  }
}

function positionOf(query: ListQuery, last: Entry, files: FileRecord[]): ListPosition {
  if ('folder' in last) return { path: last.folder, sequence: 0 }
  const { path = '', sequence = 0 } = files.at(-1) ?? {}
  return query.sort === 'path' ? { path, sequence } : { sequence }
}

/** How many files there are on all pages. */
async function count(database: Database, given: ListQuery): Promise<number> {
  const { after: _, ...all } = given
  const query = { ...all, sort: countingSort(given) }
  const selection = select(database, query)
  let files = 0
  let place: Place | undefined = startOf(query, selection)
  while (place) {
    const from = place
    const [counted, next]: [number, Place | undefined] = await database.read(() => {
      const span = spanFrom(database, { query, selection }, { from })
      return [countSpan(database, { query, selection }, span), span.next]
    })
    files += counted
    place = next
    if (place) await setImmediate()
  }
  return files
}

function readRows(database: Database, listing: Listing, { from, skip, wanted }: Step): Stepped {
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
 * As `readRows`, but passes what lies in a folder: the work is one lookup an entry, however full its folders are, unless
 * a filter has to be looked up in the files.
 */
function walk(database: Database, listing: Listing, { from, skip, wanted }: Step): Stepped {
  const { query } = listing
  const { statement, valuesIn } = rowsOf(database, listing)
  const isBrief = isUnfiltered(listing)
  const atMost = Math.min(skip + wanted, maxWalkedAtOnce)
  const entries: Entry[] = []
  const maxSpans = isBrief ? Infinity : 1
  let next: Place | undefined = from
  for (let spans = 0; next && spans < maxSpans && entries.length < atMost; spans += 1) {
    const span = spanFrom(database, listing, { from: next, isBrief })
    next = span.next
    for (const row of statement.iterate({ ...valuesIn(span), limit: -1, offset: 0 })) {
      const path = String(row['path'])
      const folder = folderOf(path, query.prefix?.length ?? 0)
      entries.push(folder === undefined ? { row } : { folder })
      next = folder === undefined ? placeOf(row) : behindFolder(query.descending, folder)
      if (folder !== undefined || entries.length === atMost) break
    }
  }
  const skipped = Math.min(skip, entries.length)
  return { entries: entries.slice(skipped), skipped, next }
}

function isUnfiltered({ selection }: Listing): boolean {
  return selection.filters.sql.length === 0
}

function placeOf(row: Record<string, SQLOutputValue>): Place {
  return { path: String(row['path']), sequence: Number(row['sequence']) }
}

/** The folder below the prefix that a path lies in. */
function folderOf(path: string, prefixLength: number): string | undefined {
  const slash = path.indexOf('/', prefixLength)
  return slash === -1 ? undefined : path.slice(0, slash + 1)
}

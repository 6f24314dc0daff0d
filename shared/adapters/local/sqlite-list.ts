import { setImmediate } from 'node:timers/promises'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { FileRecord } from '../../workspace/file.ts'
import type { ListPage, ListPosition, ListQuery } from '../../workspace/ports.ts'
import type { Database } from './database.ts'
import { decode, recordColumns } from './sqlite-rows.ts'
import { count, select, type Selection } from './sqlite-selection.ts'

/** What a page lists: a row that is not decoded before it is known to be on the page, or a folder. */
type Entry = { row: Record<string, SQLOutputValue> } | { folder: string }

interface Place {
  path: string
  sequence: number
}

/** How many entries of an offset are passed at once: other requests run in between. */
const maxSkippedAtOnce = 1000

/** One page, in one transaction. An offset among folders is passed before it, step by step. */
export async function listFiles(database: Database, query: ListQuery): Promise<ListPage> {
  const isWalk = query.folders === true && query.sort === 'path'
  const place = isWalk ? await skip(database, query) : undefined
  return database.read(() => {
    const selection = select(database, query)
    const entries = isWalk
      ? walk(database, query, { selection, from: place, wanted: query.limit + 1 }).entries
      : rows(database, query, selection).map((row) => ({ row }))
    return pageOf(database, query, entries)
  })
}

function pageOf(database: Database, query: ListQuery, entries: Entry[]): ListPage {
  const page = entries.slice(0, query.limit)
  const files = page.flatMap((entry) => ('row' in entry ? decode(entry.row) : []))
  const folders = page.flatMap((entry) => ('folder' in entry ? entry.folder : []))
  const last = entries.length > page.length ? page.at(-1) : undefined
  return {
    files,
    folders,
    ...(last && { next: positionOf(query, last, files) }),
    ...(query.total && { total: count(database, query) }),
  }
}

function positionOf(query: ListQuery, last: Entry, files: FileRecord[]): ListPosition {
  if ('folder' in last) return { path: last.folder, sequence: 0 }
  const { path = '', sequence = 0 } = files.at(-1) ?? {}
  return query.sort === 'path' ? { path, sequence } : { sequence }
}

/** The rows behind the query's position: those of the page, and one more where one follows. */
function rows(database: Database, query: ListQuery, selection: Selection) {
  const sql = `${sqlBehind(query, selection)} LIMIT :limit OFFSET :offset`
  return database.prepare(sql).all({
    ...valuesBehind(query, selection, startOf(query, selection)),
    limit: query.limit + 1,
    offset: query.offset ?? 0,
  })
}

/** The place after the query's offset; undefined where nothing is left. */
async function skip(database: Database, query: ListQuery): Promise<Place | undefined> {
  const selection = select(database, query)
  let place: Place | undefined = startOf(query, selection)
  let left = query.offset ?? 0
  while (place && left > 0) {
    const step: Walk = { selection, from: place, wanted: Math.min(left, maxSkippedAtOnce) }
    const { entries, next }: Walked = database.read(() => walk(database, query, step))
    left -= entries.length
    place = next
    await setImmediate()
  }
  return place
}

interface Walk {
  selection: Selection
  from: Place | undefined
  wanted: number
}

interface Walked {
  entries: Entry[]
  /** The place after the entries; undefined where nothing is left. */
  next: Place | undefined
}

/** As `rows`, but passes what lies in a folder: the work is one step an entry, however full its folders are. */
function walk(database: Database, query: ListQuery, { selection, from, wanted }: Walk): Walked {
  const statement = database.prepare(sqlBehind(query, selection))
  const prefixLength = query.prefix?.length ?? 0
  const entries: Entry[] = []
  let next = from
  while (next !== undefined && entries.length < wanted) {
    const values: Record<string, SQLInputValue> = valuesBehind(query, selection, next)
    next = undefined
    for (const row of statement.iterate(values)) {
      const path = String(row['path'])
      const folder = folderOf(path, prefixLength)
      entries.push(folder === undefined ? { row } : { folder })
      next = folder === undefined ? placeOf(row) : behindFolder(query, folder)
      if (folder !== undefined || entries.length === wanted) break
    }
  }
  return { entries, next }
}

function placeOf(row: Record<string, SQLOutputValue>): Place {
  return { path: String(row['path']), sequence: Number(row['sequence']) }
}

function sqlBehind({ sort, descending }: ListQuery, { from }: Selection): string {
  const [behind, direction] = descending ? ['<', 'DESC'] : ['>', 'ASC']
  const select = `SELECT path, sequence, ${recordColumns} ${from}`
  if (sort === 'created') {
    return `${select} AND sequence ${behind} :sequence ORDER BY sequence ${direction}`
  }
  const end = descending ? 'path >= :end' : 'path < :end'
  // The start stands once: of two conditions on it SQLite would seek to either, and read on from there to the other.
  return `${select} AND path ${behind}= :path AND ${end}
    AND (path ${behind} :path OR sequence ${behind} :sequence)
    ORDER BY path ${direction}, sequence ${direction}`
}

function valuesBehind(
  { sort, descending }: ListQuery,
  { values, bounds }: Selection,
  { path, sequence }: Place,
): Record<string, SQLInputValue> {
  if (sort === 'created') return { ...values, sequence }
  return { ...values, path, sequence, end: descending ? bounds.low : bounds.high }
}

function startOf(query: ListQuery, { bounds }: Selection): Place {
  const { low, high } = bounds
  const { after, descending } = query
  if (after === undefined) {
    return descending
      ? { path: high, sequence: Number.MAX_SAFE_INTEGER }
      : { path: low, sequence: 0 }
  }
  if (!('path' in after)) return { path: descending ? high : low, sequence: after.sequence }
  return after.path.endsWith('/') ? behindFolder(query, after.path) : after
}

/** The folder below the prefix that a path lies in. */
function folderOf(path: string, prefixLength: number): string | undefined {
  const slash = path.indexOf('/', prefixLength)
  return slash === -1 ? undefined : path.slice(0, slash + 1)
}

/** `0` follows `/` in code points: nothing in `/a/` lies behind `/a0`, everything in it lies before. */
function behindFolder({ descending }: ListQuery, folder: string): Place {
  return descending
    ? { path: folder, sequence: 0 }
    : { path: `${folder.slice(0, -1)}0`, sequence: 0 }
}

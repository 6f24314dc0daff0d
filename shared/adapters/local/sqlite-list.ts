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

/** One page; the caller holds the transaction that lets its queries see one state. */
export function listFiles(database: Database, query: ListQuery): ListPage {
  const selection = select(database, query)
  const entries =
    query.folders && query.sort === 'path'
      ? walk(database, query, selection)
      : rows(database, query, selection).map((row) => ({ row }))
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

/** As `rows`, but leaps over what lies in a folder: the work is one step an entry, however full its folders are. */
function walk(database: Database, query: ListQuery, selection: Selection): Entry[] {
  const offset = query.offset ?? 0
  const wanted = offset + query.limit + 1
  const statement = database.prepare(sqlBehind(query, selection))
  const prefixLength = query.prefix?.length ?? 0
  const entries: Entry[] = []
  let place: Place | undefined = startOf(query, selection)
  while (place !== undefined && entries.length < wanted) {
    const values: Record<string, SQLInputValue> = valuesBehind(query, selection, place)
    place = undefined
    for (const row of statement.iterate(values)) {
      const folder = folderOf(String(row['path']), prefixLength)
      entries.push(folder === undefined ? { row } : { folder })
      if (folder !== undefined) place = behindFolder(query, folder)
      if (folder !== undefined || entries.length === wanted) break
    }
  }
  return entries.slice(offset)
}

function sqlBehind({ sort, descending }: ListQuery, { from }: Selection): string {
  const [behind, direction] = descending ? ['<', 'DESC'] : ['>', 'ASC']
  const select = `SELECT path, ${recordColumns} ${from}`
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

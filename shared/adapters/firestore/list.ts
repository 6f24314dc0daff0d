import type { DocumentSnapshot, Query, QueryDocumentSnapshot } from '@google-cloud/firestore'
import type { FileRecord } from '../../model/file.ts'
import type { ListPage, ListPosition, ListQuery } from '../../model/listing.ts'
import { decodeFile } from './documents.ts'
import { count, select, type Selection } from './selection.ts'

/** What a page lists: a document that is not decoded before it is known to be on the page, or a folder. */
type Entry = { document: DocumentSnapshot } | { folder: string }

/** How many documents the next call asks for at most. */
const maxBatch = 300

/**
 * One page. Where it takes several queries, each sees what is there when it is made, as the queries of several pages do:
 * the client's read-only transactions end the process where their first read fails.
 */
export async function listFiles(files: Query, query: ListQuery): Promise<ListPage> {
  const selection = await select(files, query)
  const entries = selection ? await entriesOf(selection, query) : []
  const page = entries.slice(0, query.limit)
  const found = page.flatMap((entry) =>
    'document' in entry ? (decodeFile(entry.document) ?? []) : [],
  )
  const folders = page.flatMap((entry) => ('folder' in entry ? entry.folder : []))
  const last = entries.length > page.length ? page.at(-1) : undefined
  return {
    files: found,
    folders,
    ...(last && { next: positionOf(query, last, found) }),
    ...(query.total && { total: selection ? await total(selection) : 0 }),
  }
}

function positionOf(query: ListQuery, last: Entry, files: FileRecord[]): ListPosition {
  if ('folder' in last) return { path: last.folder, sequence: 0 }
  const { path = '', sequence = 0 } = files.at(-1) ?? {}
  return query.sort === 'path' ? { path, sequence } : { sequence }
}

/** The entries of the page, and one more where one follows. */
async function entriesOf(selection: Selection, query: ListQuery): Promise<Entry[]> {
  const { offset = 0, limit } = query
  const wanted = offset + limit + 1
  if (!query.folders && !selection.isMeant) {
    const place = startOf(query)
    const start = place ? selection.query.startAfter(...place) : selection.query
    const { docs } = await start
      .offset(offset)
      .limit(limit + 1)
      .get()
    return docs.map((document) => ({ document }))
  }
  return (await walk(selection, query, wanted)).slice(offset)
}

/**
 * Reads on until there are as many entries as are wanted. A folder's first file stands for it, and what else lies in it is
 * leapt over: few documents at a time while that happens, more while it does not.
 */
async function walk(
  { query: selected, isMeant }: Selection,
  query: ListQuery,
  wanted: number,
): Promise<Entry[]> {
  const prefixLength = query.prefix?.length ?? 0
  const entries: Entry[] = []
  let place = startOf(query)
  let batch = query.folders ? 1 : wanted
  for (;;) {
    const size = Math.min(batch, maxBatch, isMeant ? maxBatch : wanted - entries.length)
    const start = place ? selected.startAfter(...place) : selected
    const { docs } = await start.limit(size).get()
    let folder: string | undefined
    let passed = 0
    for (const document of docs) {
      const path = String(document.get('path'))
      place = placeOf(query, document)
      if (folder !== undefined && path.startsWith(folder)) passed += 1
      else if (!isMeant || isMeant(document)) {
        folder = query.folders ? folderOf(path, prefixLength) : undefined
        entries.push(folder === undefined ? { document } : { folder })
      }
      if (folder !== undefined && path.startsWith(folder)) place = behindFolder(query, folder)
      if (entries.length === wanted) return entries
    }
    if (docs.length < size) return entries
    batch = passed > 0 ? 1 : batch * 2
  }
}

/** How many files there are on all pages; where each is to be looked at, each is read. */
async function total({ query, isMeant }: Selection): Promise<number> {
  if (!isMeant) return count(query)
  const { docs } = await query.select('record.name', 'record.state', 'record.origin').get()
  return docs.filter(isMeant).length
}

/** A place in the order of the query: nothing before it is read. */
type Place = [number | string, (number | string)?]

function placeOf({ sort }: ListQuery, document: QueryDocumentSnapshot): Place {
  const [path, sequence] = [String(document.get('path')), Number(document.get('sequence'))]
  return sort === 'path' ? [path, sequence] : [sequence]
}

function startOf(query: ListQuery): unknown[] | undefined {
  const { after } = query
  if (!after) return undefined
  if (!('path' in after)) return [after.sequence]
  return after.path.endsWith('/') ? behindFolder(query, after.path) : [after.path, after.sequence]
}

/** The folder below the prefix that a path lies in. */
function folderOf(path: string, prefixLength: number): string | undefined {
  const slash = path.indexOf('/', prefixLength)
  return slash === -1 ? undefined : path.slice(0, slash + 1)
}

/** `0` follows `/` in code points: nothing in `/a/` lies behind `/a0`, everything in it lies before. */
function behindFolder({ descending }: ListQuery, folder: string): unknown[] {
  return descending ? [folder, 0] : [`${folder.slice(0, -1)}0`, 0]
}

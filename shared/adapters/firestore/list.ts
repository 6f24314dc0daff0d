import type { Query, QueryDocumentSnapshot } from '@google-cloud/firestore'
import { folderOf, pageOf, positionAfterFolder, type ListEntry } from '../../model/list-page.ts'
import type { ListPage, ListQuery } from '../../model/listing.ts'
import { decodeFile } from './documents.ts'
import { count, select, type Selection } from './selection.ts'

type Entry = ListEntry<QueryDocumentSnapshot>

/** How many documents the next call asks for at most. */
const maxBatch = 300

/**
 * One page. Where it takes several queries, each sees what is there when it is made, as the queries of several pages do:
 * the client's read-only transactions end the process where their first read fails.
 */
export async function listFiles(files: Query, query: ListQuery): Promise<ListPage> {
  const selection = await select(files, query)
  const entries = selection ? await entriesOf(selection, query) : []
  const counted = query.total && selection ? await total(selection) : 0
  return pageOf(query, entries, {
    decode: decodeFile,
    total: query.total ? counted : undefined,
  })
}

/** The entries of the page, and one more where one follows. */
async function entriesOf(selection: Selection, query: ListQuery): Promise<Entry[]> {
  const { offset = 0, limit } = query
  const wanted = offset + limit + 1
  if (!query.folders && !selection.isMeant) {
    const start = startOf(query)
    const remaining = start ? selection.query.startAfter(...start) : selection.query
    const { docs } = await remaining
      .offset(offset)
      .limit(limit + 1)
      .get()
    return docs.map((row) => ({ row }))
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
  const entries: Entry[] = []
  let start = startOf(query)
  let batch = query.folders ? 1 : wanted
  for (;;) {
    const size = Math.min(batch, maxBatch, isMeant ? maxBatch : wanted - entries.length)
    const remaining = start ? selected.startAfter(...start) : selected
    const { docs } = await remaining.limit(size).get()
    let folder: string | undefined
    let passed = 0
    for (const document of docs) {
      const path = String(document.get('path'))
      start = startAt(query, document)
      if (folder !== undefined && path.startsWith(folder)) passed += 1
      else if (!isMeant || isMeant(document)) {
        folder = query.folders ? folderOf(path, query.prefix) : undefined
        entries.push(folder === undefined ? { row: document } : { folder })
      }
      if (folder !== undefined && path.startsWith(folder)) start = startAfterFolder(query, folder)
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

/** The values of the query's order after which Firestore starts to read. */
type StartValues = [number | string, (number | string)?]

function startAt({ sort }: ListQuery, document: QueryDocumentSnapshot): StartValues {
  const [path, sequence] = [String(document.get('path')), Number(document.get('sequence'))]
  return sort === 'path' ? [path, sequence] : [sequence]
}

function startOf(query: ListQuery): StartValues | undefined {
  const { after } = query
  if (!after) return undefined
  if (!('path' in after)) return [after.sequence]
  return after.path.endsWith('/')
    ? startAfterFolder(query, after.path)
    : [after.path, after.sequence]
}

function startAfterFolder(query: ListQuery, folder: string): StartValues {
  const { path, sequence } = positionAfterFolder(folder, query)
  return [path, sequence]
}

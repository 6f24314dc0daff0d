import {
  folderOf,
  pageOf,
  positionAfterFolder,
  type ListEntry,
  type ListPage,
  type ListQuery,
} from '../../model/listing.ts'
import { decodeFile } from './documents.ts'
import type { Query } from './rest/query.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'
import { select, type Selection } from './selection.ts'

type Entry = ListEntry<DocumentSnapshot>

/** The most documents that one query reads. */
const maxBatch = 300

/** Lists one page. Its queries do not share a snapshot. */
export async function listFiles(files: Query, query: ListQuery): Promise<ListPage> {
  const selection = await select(files, query)
  const entries = selection ? await entriesOf(selection, query) : []
  const countTotal = async () => (selection ? countAll(selection) : 0)
  return pageOf(query, entries, {
    decode: decodeFile,
    total: query.total ? await countTotal() : undefined,
  })
}

/** The entries of the page, and the next one if there is one. */
async function entriesOf(selection: Selection, query: ListQuery): Promise<Entry[]> {
  const { offset = 0, limit } = query
  const wanted = offset + limit + 1
  if (!query.folders && !selection.matches) {
    const position = startOf(query)
    const start = position ? selection.query.startAfter(...position) : selection.query
    const docs = await start
      .offset(offset)
      .limit(limit + 1)
      .get()
    return docs.map((document) => ({ row: document }))
  }
  return (await readInBatches(selection, query, wanted)).slice(offset)
}

/**
 * Reads batches of documents until there are enough entries. Lists a folder when it finds the folder's first file, then seeks
 * past its other files. Batches double in size. After a batch with further files of a folder, the next batch is one document.
 */
async function readInBatches(
  { query: selected, matches }: Selection,
  query: ListQuery,
  wanted: number,
): Promise<Entry[]> {
  const entries: Entry[] = []
  let position = startOf(query)
  let batch = query.folders ? 1 : wanted
  for (;;) {
    const size = Math.min(batch, maxBatch, matches ? maxBatch : wanted - entries.length)
    const start = position ? selected.startAfter(...position) : selected
    const docs = await start.limit(size).get()
    let folder: string | undefined
    let skipped = 0
    for (const document of docs) {
      const path = String(document.get('path'))
      position = positionOf(query, document)
      if (folder !== undefined && path.startsWith(folder)) skipped += 1
      else if (!matches || matches(document)) {
        folder = query.folders ? folderOf(path, query.prefix) : undefined
        entries.push(folder === undefined ? { row: document } : { folder })
      }
      if (folder !== undefined && path.startsWith(folder)) position = afterFolder(folder, query)
      if (entries.length === wanted) return entries
    }
    if (docs.length < size) return entries
    batch = skipped > 0 ? 1 : batch * 2
  }
}

/** The number of files on all pages. Reads every document if the query does not express all filters. */
async function countAll({ query, matches }: Selection): Promise<number> {
  if (!matches) return query.count()
  const docs = await query.select('record.name', 'record.state', 'record.origin').get()
  return docs.filter(matches).length
}

/** Values for `startAfter`, in the order of the query. */
type Position = [number | string, (number | string)?]

function positionOf({ sort }: ListQuery, document: DocumentSnapshot): Position {
  const [path, sequence] = [String(document.get('path')), Number(document.get('sequence'))]
  return sort === 'path' ? [path, sequence] : [sequence]
}

function startOf(query: ListQuery): Position | undefined {
  const { after } = query
  if (!after) return undefined
  if (!('path' in after)) return [after.sequence]
  return after.path.endsWith('/') ? afterFolder(after.path, query) : [after.path, after.sequence]
}

function afterFolder(folder: string, query: ListQuery): Position {
  const { path, sequence } = positionAfterFolder(folder, query)
  return [path, sequence]
}

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
import { decodeFile } from './documents.ts'
import type { Query } from './rest/query.ts'
import type { DocumentSnapshot } from './rest/snapshot.ts'
import { matchedFields, select, type Selection } from './selection.ts'

type Entry = ListEntry<DocumentSnapshot>

/** The most documents that one query reads. */
const maxBatch = 300

/** Lists one page. Its queries do not share a snapshot. */
export async function listFiles(files: Query, query: ListQuery): Promise<ListPage> {
  const selection = await select(files, query)
  const found = selection ? await entriesOf(selection, query) : { entries: [] }
  const countTotal = async () => (selection ? countAll(selection, query) : noFiles)
  const total = query.total ? await countTotal() : undefined
  return pageOf(query, { ...found, total }, decodeFile)
}

const noFiles: Total = { files: 0, isMinimum: false }

/** The entries of the page, and the next one if there is one. */
async function entriesOf(selection: Selection, query: ListQuery): Promise<Found> {
  const { offset = 0, limit } = query
  const wanted = offset + limit + 1
  if (!query.folders && !selection.matches) {
    const position = startOf(query)
    const start = position ? selection.query.startAfter(...position) : selection.query
    const docs = await start
      .offset(offset)
      .limit(limit + 1)
      .get()
    return { entries: docs.map((document) => ({ row: document })) }
  }
  const { entries, stoppedAt } = await readInBatches(selection, query, wanted)
  if (stoppedAt && entries.length < offset) throw offsetTooFar()
  return { entries: entries.slice(offset), stoppedAt }
}

interface Found {
  entries: Entry[]
  /** Where the search continues if it stopped at `maxExamined`. */
  stoppedAt?: ListPosition | undefined
}

/**
 * Reads batches of documents until there are enough entries, or until it has read `maxExamined` documents. Lists a folder when
 * it finds the folder's first file, then seeks past its other files. Batches double in size. After a batch with further files
 * of a folder, the next batch is one document.
 */
async function readInBatches(
  { query: selected, matches }: Selection,
  query: ListQuery,
  wanted: number,
): Promise<Found> {
  const maxExamined = matches ? (query.maxExamined ?? maxExaminedFiles) : Infinity
  const entries: Entry[] = []
  let position = startOf(query)
  let batch = query.folders ? 1 : wanted
  for (let examined = 0; examined < maxExamined;) {
    const size = Math.min(
      batch,
      maxBatch,
      matches ? maxExamined - examined : wanted - entries.length,
    )
    const start = position ? selected.startAfter(...position) : selected
    const docs = await start.limit(size).get()
    examined += docs.length
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
      if (entries.length === wanted) return { entries }
    }
    if (docs.length < size) return { entries }
    batch = skipped > 0 ? 1 : batch * 2
  }
  return { entries, stoppedAt: listPosition(query, position) }
}

/** The number of files on all pages. Reads documents if the query alone does not decide. */
async function countAll({ query, matches }: Selection, given: ListQuery): Promise<Total> {
  const { maxExamined = maxExaminedFiles } = given
  const bounded = query.limit(maxExamined + 1)
  if (!matches) {
    const files = await bounded.count()
    return { files: Math.min(files, maxExamined), isMinimum: files > maxExamined }
  }
  const docs = await bounded.select(...matchedFields).get()
  const files = docs.slice(0, maxExamined).filter(matches).length
  return { files, isMinimum: docs.length > maxExamined }
}

function listPosition(
  { sort }: ListQuery,
  position: Position | undefined,
): ListPosition | undefined {
  if (!position) return undefined
  return sort === 'path'
    ? { path: String(position[0]), sequence: Number(position[1]) }
    : { sequence: Number(position[0]) }
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

import { invalid } from './errors.ts'
import type { FileKind, FileRecord, FileState, Origin } from './file.ts'
import type { SessionId, WorkspacePath } from './ids.ts'

export type ListPosition = { sequence: number } | { path: string; sequence: number }

export interface ListQuery {
  workspaceId: string
  prefix?: string
  /** Only the files of this path. In path order only, without `prefix` and `sessionId`. */
  path?: WorkspacePath
  folders?: boolean
  sessionId?: SessionId
  state?: FileState
  origin?: Origin
  nameContains?: string
  kind?: FileKind
  /** Instants in ISO 8601 with milliseconds in UTC, so that they compare as text: inclusive `After`, exclusive `Before`. */
  createdAfter?: string
  createdBefore?: string
  modifiedAfter?: string
  modifiedBefore?: string
  deleted: boolean
  sort: 'created' | 'path'
  descending: boolean
  limit: number
  after?: ListPosition
  /** Files to skip. Together with filters, at most as many as `maxExamined` reads (400 `invalid`). */
  offset?: number
  total?: boolean
  /** The most stored files that the page reads to find matches, and that `total` counts. Default: `maxExaminedFiles`. */
  maxExamined?: number
}

/** Bounds the cost of a search without matches in a workspace with a million files. */
export const maxExaminedFiles = 10_000

export interface ListPage {
  files: FileRecord[]
  folders: string[]
  next?: ListPosition
  /** Whether the page ends because `maxExamined` files were read. Further matches may follow at `next`. */
  isIncomplete?: true
  total?: Total
}

/** A count that stopped at `maxExamined` is a minimum. */
export interface Total {
  files: number
  isMinimum: boolean
}

/** What a catalog read for one page. */
interface PageContent<Row> {
  entries: readonly ListEntry<Row>[]
  /** Where the search continues if it stopped at `maxExamined` before the page was full. */
  stoppedAt?: ListPosition | undefined
  total?: Total | undefined
}

/** An entry of a listing: a folder, or a stored row that is decoded only if it is on the page. */
export type ListEntry<Row> = { row: Row } | { folder: string }

/** The page of the first `limit` entries. Sets `next` if there are more, or if the search stopped. */
export function pageOf<Row>(
  query: ListQuery,
  { entries, stoppedAt, total }: PageContent<Row>,
  decode: (row: Row) => FileRecord | undefined,
): ListPage {
  const page = entries.slice(0, query.limit)
  const files = page.flatMap((entry) => ('row' in entry ? (decode(entry.row) ?? []) : []))
  const folders = page.flatMap((entry) => ('folder' in entry ? entry.folder : []))
  const last = entries.length > page.length ? page.at(-1) : undefined
  const next = last ? positionOf(query, last, files) : stoppedAt
  return {
    files,
    folders,
    ...(next && { next }),
    ...(stoppedAt && page.length < query.limit && { isIncomplete: true }),
    ...(total && { total }),
  }
}

/** The error for an `offset` with filters that skips more files than a page may read. */
export function offsetTooFar(): Error {
  return invalid(
    'offset',
    'reaches past the files that one page with filters reads; follow "nextCursor" instead',
  )
}

function positionOf<Row>(
  query: ListQuery,
  last: ListEntry<Row>,
  files: readonly FileRecord[],
): ListPosition {
  if ('folder' in last) return { path: last.folder, sequence: 0 }
  const { path = '', sequence = 0 } = files.at(-1) ?? {}
  return query.sort === 'path' ? { path, sequence } : { sequence }
}

/** The folder directly below a prefix that contains the path, ending in `/`. Undefined for a path directly below the prefix. */
export function folderOf(path: string, prefix = ''): string | undefined {
  const slash = path.indexOf('/', prefix.length)
  return slash === -1 ? undefined : path.slice(0, slash + 1)
}

/**
 * The position after all files of a folder, in path order. `0` is the code point after `/`, so every path in `/a/` sorts
 * before `/a0`.
 */
export function positionAfterFolder(
  folder: string,
  { descending }: Pick<ListQuery, 'descending'>,
): { path: string; sequence: number } {
  return { path: descending ? folder : `${folder.slice(0, -1)}0`, sequence: 0 }
}

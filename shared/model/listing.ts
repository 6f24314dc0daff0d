import type { FileRecord, FileState, Origin } from './file.ts'
import type { SessionId } from './ids.ts'

export type ListPosition = { sequence: number } | { path: string; sequence: number }

export interface ListQuery {
  workspaceId: string
  prefix?: string
  folders?: boolean
  sessionId?: SessionId
  state?: FileState
  origin?: Origin
  nameContains?: string
  deleted: boolean
  sort: 'created' | 'path'
  descending: boolean
  limit: number
  after?: ListPosition
  offset?: number
  total?: boolean
}

export interface ListPage {
  files: FileRecord[]
  folders: string[]
  next?: ListPosition
  total?: number
}

/** An entry of a listing: a folder, or a stored row that is decoded only if it is on the page. */
export type ListEntry<Row> = { row: Row } | { folder: string }

/** The page of the first `limit` entries. Sets `next` if there are more. */
export function pageOf<Row>(
  query: ListQuery,
  entries: readonly ListEntry<Row>[],
  { decode, total }: { decode: (row: Row) => FileRecord | undefined; total: number | undefined },
): ListPage {
  const page = entries.slice(0, query.limit)
  const files = page.flatMap((entry) => ('row' in entry ? (decode(entry.row) ?? []) : []))
  const folders = page.flatMap((entry) => ('folder' in entry ? entry.folder : []))
  const last = entries.length > page.length ? page.at(-1) : undefined
  return {
    files,
    folders,
    ...(last && { next: positionOf(query, last, files) }),
    ...(total !== undefined && { total }),
  }
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

import { notFound, type Caller } from '../model/access.ts'
import { createCursor, invalidCursor, readCursor } from '../model/cursor.ts'
import type { FileKind, FileRecord, FileState, Origin } from '../model/file.ts'
import { invalid } from '../model/errors.ts'
import { maxSegmentBytes, parsePrefix, sessionFolder } from '../model/path.ts'
import type { SessionId } from '../model/ids.ts'
import { maxExaminedFiles, type ListPosition, type ListQuery } from '../model/listing.ts'
import type { Usage } from '../model/usage.ts'
import type { Ports } from '../ports/ports.ts'

export interface ListRequest {
  prefix?: string | undefined
  /** Groups files by folder, one level under the prefix (`delimiter=/`). */
  folders?: boolean | undefined
  session?: SessionId | undefined
  allSessions?: boolean | undefined
  state?: FileState | undefined
  origin?: Origin | undefined
  nameContains?: string | undefined
  kind?: FileKind | undefined
  /** Instants as `instantSchema` parses them. */
  createdAfter?: string | undefined
  createdBefore?: string | undefined
  modifiedAfter?: string | undefined
  modifiedBefore?: string | undefined
  deleted?: boolean | undefined
  sort?: 'created' | 'path' | undefined
  order?: 'asc' | 'desc' | undefined
  limit: number
  cursor?: string | undefined
  offset?: number | undefined
  total?: boolean | undefined
}

export interface Listing {
  files: FileRecord[]
  folders?: string[]
  nextCursor?: string
  hasMore: boolean
  /** The page ends because its search read its maximum of files. Further matches may follow at `nextCursor`. */
  incompleteResults?: true
  total?: number
  /** The count stopped: there are at least `total` files. */
  totalIsMinimum?: true
}

/** Lists one page of the caller's files: newest first, or by path in code point order. */
export async function list(
  { catalog }: Pick<Ports, 'catalog'>,
  caller: Caller,
  request: ListRequest,
): Promise<Listing> {
  const query = toQuery(caller, request)
  const after = request.cursor === undefined ? undefined : readCursor(query, request.cursor)
  if (after && !isWithin(query, after)) throw invalidCursor()
  const { files, folders, next, isIncomplete, total } = await catalog.list({
    ...query,
    limit: request.limit,
    ...(after && { after }),
    ...(request.offset !== undefined && { offset: request.offset }),
    ...(request.total && { total: true }),
  })
  return {
    files,
    ...(query.folders && { folders }),
    ...(next && { nextCursor: createCursor(query, next) }),
    hasMore: next !== undefined,
    ...(isIncomplete && { incompleteResults: true }),
    ...(total && { total: total.files, ...(total.isMinimum && { totalIsMinimum: true }) }),
  }
}

/** Returns the caller's counters. A token bound to a session may read them, because they limit its uploads. */
export async function usage({ catalog }: Pick<Ports, 'catalog'>, caller: Caller): Promise<Usage> {
  return catalog.usage(caller.workspaceId)
}

/** No name of `maxSegmentBytes` is longer in any normalization. The limit matters: case folding is quadratic in combining marks. */
const maxSearchCharacters = 4 * maxSegmentBytes

/** Returns the query that a cursor is bound to. */
function toQuery(caller: Caller, request: ListRequest): Omit<ListQuery, 'limit'> {
  if (caller.session && request.session && request.session !== caller.session) {
    throw notFound('session')
  }
  if (request.cursor !== undefined && request.offset !== undefined) {
    throw invalid('offset', 'must not be combined with "cursor"; the cursor contains the position')
  }
  if ((request.offset ?? 0) > maxExaminedFiles) {
    throw invalid('offset', `must be at most ${maxExaminedFiles}; follow "nextCursor" instead`)
  }
  if ((request.nameContains?.length ?? 0) > maxSearchCharacters) {
    throw invalid('q', `must be at most ${maxSearchCharacters} characters; no name is longer`)
  }
  const session = caller.session ?? request.session
  const sessionId = request.allSessions && !caller.session ? undefined : session
  const prefix =
    request.prefix === undefined
      ? topFolder(request, sessionId)
      : parsePrefix(request.prefix, session)
  const sort = request.sort ?? (request.folders ? 'path' : 'created')
  if (request.folders && sort !== 'path') {
    throw invalid('sort', 'must be "path" with a delimiter: folders are listed in path order')
  }
  const { kind, createdAfter, createdBefore, modifiedAfter, modifiedBefore } = request
  const descending = request.order === undefined ? sort === 'created' : request.order === 'desc'
  return {
    workspaceId: caller.workspaceId,
    ...(prefix !== undefined && { prefix }),
    ...(request.folders && { folders: true }),
    ...(sessionId && { sessionId }),
    ...(request.state && { state: request.state }),
    ...(request.origin && { origin: request.origin }),
    ...(request.nameContains !== undefined && { nameContains: request.nameContains }),
    ...defined({ kind, createdAfter, createdBefore, modifiedAfter, modifiedBefore }),
    deleted: request.deleted ?? false,
    sort,
    descending,
  }
}

/** Drops members that are undefined, so that the cursor of a query does not depend on them. */
function defined<Fields extends object>(fields: Fields) {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> }
}

/** Returns whether a page of the query can end at a position. Other positions would bypass its prefix and session. */
function isWithin(query: Omit<ListQuery, 'limit'>, after: ListPosition): boolean {
  const { prefix = '', sessionId, sort } = query
  if (!('path' in after)) return sort === 'created'
  const folder = sessionId === undefined ? '' : sessionFolder(sessionId)
  return sort === 'path' && after.path.startsWith(prefix) && after.path.startsWith(folder)
}

/** Returns the prefix of a folder listing without a prefix: the top folder of the workspace or the session. */
function topFolder({ folders }: ListRequest, session: SessionId | undefined): string | undefined {
  if (!folders) return undefined
  return session === undefined ? '/' : sessionFolder(session)
}

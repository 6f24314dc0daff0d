import { notFound, type Caller } from '../../model/access.ts'
import { createCursor, invalidCursor, readCursor } from '../../model/cursor.ts'
import type { FolderQuery, FolderSummary, PathPosition } from '../../model/folders/summaries.ts'
import type { SessionId } from '../../model/ids.ts'
import { parseFolder, sessionFolder } from '../../model/path.ts'
import type { Ports } from '../../ports/ports.ts'

export interface FolderListRequest {
  /** The folder whose direct subfolders are listed. Default: the top folder of the session or the workspace. */
  prefix?: string | undefined
  session?: SessionId | undefined
  limit: number
  cursor?: string | undefined
}

export interface FolderListing {
  folders: FolderSummary[]
  nextCursor?: string
  hasMore: boolean
  /** The page ends because it read its maximum of files. Further folders may follow at `nextCursor`. */
  incompleteResults?: true
}

/** Lists one page of the direct subfolders of a folder, in path order, with the number and the bytes of their files. */
export async function listFolders(
  { folders: store }: Pick<Ports, 'folders'>,
  caller: Caller,
  request: FolderListRequest,
): Promise<FolderListing> {
  const query = toQuery(caller, request)
  const after = request.cursor === undefined ? undefined : positionIn(query, request.cursor)
  const { folders, next, isIncomplete } = await store.summarize({
    ...query,
    limit: request.limit,
    ...(after && { after }),
  })
  return {
    folders,
    ...(next && { nextCursor: createCursor(query, next) }),
    hasMore: next !== undefined,
    ...(isIncomplete && { incompleteResults: true }),
  }
}

function positionIn(query: object, cursor: string): PathPosition {
  const position = readCursor(query, cursor)
  if ('path' in position) return position
  throw invalidCursor()
}

/** Returns the query that a cursor is bound to. */
function toQuery(caller: Caller, request: FolderListRequest): Omit<FolderQuery, 'limit'> {
  if (caller.session && request.session && request.session !== caller.session) {
    throw notFound('session')
  }
  const session = caller.session ?? request.session
  const top = session === undefined ? '/' : sessionFolder(session)
  return {
    workspaceId: caller.workspaceId,
    folder: request.prefix === undefined ? top : parseFolder(request.prefix, session),
    ...(session !== undefined && { sessionId: session }),
  }
}

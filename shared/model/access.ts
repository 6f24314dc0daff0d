import { WorkspaceError } from './errors.ts'
import type { FileRecord } from './file.ts'
import { parsePath, sessionOf } from './path.ts'
import type { SessionId, WorkspacePath } from './ids.ts'

/** The authenticated user and the limits of the token. Authentication checks scopes; this module checks the session. */
export interface Caller {
  /** The user id; a user's workspace has the same id. */
  workspaceId: string
  /** Set for a token bound to one session, which cannot read or change files outside it. */
  session?: SessionId
}

/** Resolves a relative path in the given session, or else in the session that the token is bound to. */
export function resolvePath(caller: Caller, input: string, session?: SessionId): WorkspacePath {
  return parsePath(input, session ?? caller.session)
}

/** Whether the caller may read a file or learn that it exists. */
export function mayRead(caller: Caller, file: Pick<FileRecord, 'sessionId'>): boolean {
  return caller.session === undefined || file.sessionId === caller.session
}

/** Throws `forbidden` for a path outside the session that the caller is bound to. */
export function assertWritable(caller: Caller, path: WorkspacePath): void {
  if (caller.session === undefined || sessionOf(path) === caller.session) return
  throw new WorkspaceError(
    'forbidden',
    `This token is bound to the session "${caller.session}": use a path under "/sessions/${caller.session}/".`,
  )
}

/** The error for files that the caller cannot see. Unknown, foreign and purged files give the same error. */
export function notFound(kind = 'file'): WorkspaceError {
  return new WorkspaceError(
    'not-found',
    `There is no such ${kind} in your workspace. List your files with GET /api/workspace/files.`,
  )
}

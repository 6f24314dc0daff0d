import { WorkspaceError } from './errors.ts'
import type { FileRecord } from './file.ts'
import { parsePath, sessionOf } from './path.ts'
import type { SessionId, WorkspacePath } from './ids.ts'

/** Who asks, and how far they may reach. Scopes are checked where the token is read; the session is checked here. */
export interface Caller {
  /** The user id; a user's workspace has the same id. */
  workspaceId: string
  /** Set for a token bound to one session: it sees and changes nothing outside it. */
  session?: SessionId
}

/** A path as the caller means it: a relative one lies in the session asked for, or in the one the token is bound to. */
export function resolvePath(caller: Caller, input: string, session?: SessionId): WorkspacePath {
  return parsePath(input, session ?? caller.session)
}

/** Whether the caller may know of what lies at a path. */
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

/** The answer for whatever the caller cannot see: unknown, foreign and purged files look the same. */
export function notFound(what = 'file'): WorkspaceError {
  return new WorkspaceError(
    'not-found',
    `There is no such ${what} in your workspace. List what there is with GET /api/workspace/files.`,
  )
}

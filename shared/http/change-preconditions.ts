import type { Context } from 'hono'
import { WorkspaceError } from '../model/errors.ts'
import type { IfMatch } from '../model/precondition.ts'
import type { AppEnv } from './app-env.ts'
import { parseWritePreconditions } from './protocol/conditional.ts'

/** The version that a PATCH or DELETE is meant for. `If-None-Match: *` never holds for a file that is there (RFC 9110 §13.1.2). */
export function changePreconditions(c: Context<AppEnv>): { ifMatch: IfMatch | undefined } {
  const { mustReplace, mustBeAbsent } = parseWritePreconditions((name) => c.req.header(name))
  if (!mustBeAbsent) return { ifMatch: mustReplace }
  throw new WorkspaceError(
    'precondition-failed',
    '"If-None-Match: *" holds only where there is no file; leave it out to change this one.',
  )
}

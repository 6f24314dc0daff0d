import type { Caller } from '../../model/access.ts'
import { createCursor, readPosition } from '../../model/cursor.ts'
import { WorkspaceError } from '../../model/errors.ts'
import { isRunId, runPositionSchema, type Run } from '../../model/runs/run.ts'
import type { Ports } from '../../ports/ports.ts'
import type { RecordedRun } from '../../ports/runs.ts'

interface RunListing {
  runs: Run[]
  nextCursor?: string
  hasMore: boolean
}

/** Lists one page of the caller's runs, the last begun first. A token bound to a session sees the runs of that session. */
export async function listRuns(
  { runs }: Pick<Ports, 'runs'>,
  { workspaceId, session }: Caller,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<RunListing> {
  const scope = { workspaceId, ...(session !== undefined && { session }) }
  const query = { runs: true, ...scope }
  const after = cursor === undefined ? undefined : readPosition(query, cursor, runPositionSchema)
  const page = await runs.list({ ...scope, limit, after })
  return {
    runs: page.runs,
    ...(page.next && { nextCursor: createCursor(query, page.next) }),
    hasMore: page.next !== undefined,
  }
}

/** A run of the caller with its outputs. Throws `not-found` for an unknown or foreign one. */
export async function readRun(
  { runs }: Pick<Ports, 'runs'>,
  { workspaceId, session }: Caller,
  id: string,
): Promise<RecordedRun> {
  // Firestore rejects some texts as ids.
  const run = isRunId(id) ? await runs.get({ workspaceId, session, id }) : undefined
  return run ?? raiseUnknownRun()
}

function raiseUnknownRun(): never {
  throw new WorkspaceError(
    'not-found',
    'id: There is no such run in your workspace. List your runs with GET /api/workspace/runs.',
    { errors: [{ field: 'id', detail: 'is not the id of a run in your workspace' }] },
  )
}

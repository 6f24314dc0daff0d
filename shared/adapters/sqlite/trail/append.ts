import { minEventsKept, type TrailEntry } from '../../../model/trail/event.ts'
import type { Database } from '../database/database.ts'
import { trailSignals } from './signals.ts'

/** Surplus events of a workspace are deleted once in this number of events, so that most events cost no deletion. */
const trimInterval = 256

/**
 * Stores an event with the latest number of the workspace, in the transaction that has raised the number. One statement reads the
 * number and writes the event, because `RETURNING` costs more.
 */
export function appendEvent(
  database: Database,
  workspaceId: string,
  { at, ...entry }: TrailEntry,
): void {
  database
    .prepare('INSERT INTO trail SELECT id, last_event, ?, ? FROM workspaces WHERE id = ?')
    .run(at, JSON.stringify(entry), workspaceId)
  const appended = trailSignals(database).append(workspaceId)
  if (appended % trimInterval !== 0) return
  const trim = `DELETE FROM trail WHERE workspace_id = ?
    AND sequence <= (SELECT last_event - ${minEventsKept} FROM workspaces WHERE id = ?)`
  database.prepare(trim).run(workspaceId, workspaceId)
}

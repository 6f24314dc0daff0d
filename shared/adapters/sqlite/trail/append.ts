import { minEventsKept, type TrailEntry } from '../../../model/trail/event.ts'
import type { Database } from '../database/database.ts'
import { trailSignals } from './signals.ts'

/**
 * Stores an event with the latest number of the workspace, in the transaction that has raised the number, and deletes the event
 * `minEventsKept` before it. Each statement reads the number itself, because `RETURNING` costs more.
 */
export function appendEvent(
  database: Database,
  workspaceId: string,
  { at, ...entry }: TrailEntry,
): void {
  database
    .prepare('INSERT INTO trail SELECT id, last_event, ?, ? FROM workspaces WHERE id = ?')
    .run(at, JSON.stringify(entry), workspaceId)
  const trim = `DELETE FROM trail WHERE workspace_id = ?
    AND sequence <= (SELECT last_event - ${minEventsKept} FROM workspaces WHERE id = ?)`
  database.prepare(trim).run(workspaceId, workspaceId)
  trailSignals(database).append(workspaceId)
}

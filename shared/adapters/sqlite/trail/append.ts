import { minEventsKept, type TrailEntry } from '../../../model/trail/event.ts'
import type { Database } from '../database/database.ts'
import { trailSignals } from './signals.ts'

/** Each event of this number deletes the events that are too many, so that most events cost no deletion. */
const trimInterval = 256

/** Stores an event with its number, in the caller's transaction. */
export function appendEvent(
  database: Database,
  { workspaceId, sequence }: { workspaceId: string; sequence: number },
  { at, ...entry }: TrailEntry,
): void {
  database
    .prepare('INSERT INTO trail (workspace_id, sequence, at, entry) VALUES (?, ?, ?, ?)')
    .run(workspaceId, sequence, at, JSON.stringify(entry))
  trailSignals(database).append(workspaceId)
  if (sequence % trimInterval !== 0) return
  database
    .prepare('DELETE FROM trail WHERE workspace_id = ? AND sequence <= ?')
    .run(workspaceId, sequence - minEventsKept)
}

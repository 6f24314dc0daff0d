import type { TrailEvent } from '../model/trail/event.ts'

/**
 * The events of each workspace, in the store of the catalog.
 * - Each change of a file appends its event (`entryOf`) in the transaction of the change. A change that does not take effect
 *   has no event.
 * - The events of a workspace are numbered 1, 2, 3 and so on, without gaps, in the order of the changes.
 * - An operation on a folder appends an event for each file.
 */
export interface Trail {
  /** The number of the latest event. 0 in a workspace without events. */
  latest(workspaceId: string): Promise<number>

  /**
   * The events after a number, in order, at most `limit`. A page may have fewer events although more follow.
   * - Throws `events-expired` if the next event is older than the retention, or is no longer kept because more than
   *   `minEventsKept` events follow.
   * - Throws `events-expired` for a number above the latest, such as one from before the restoration of a backup.
   */
  page(workspaceId: string, query: TrailQuery): Promise<TrailPage>

  /**
   * Waits until the latest event has a greater number than `after`, and then resolves to the page. Wakes also for changes of
   * other processes. Rejects with the signal's reason when aborted.
   */
  awaitPage(workspaceId: string, query: TrailQuery, signal: AbortSignal): Promise<TrailPage>

  /**
   * Deletes up to `limit` events that are older than the retention, of the workspaces from `from` on, in the order of their ids.
   * Resolves to their number, and to the workspace to continue at. `next` is undefined at the end.
   */
  purgeExpired(request: { limit: number; from?: string | undefined }): Promise<TrailPurge>
}

export interface TrailQuery {
  after: number
  limit: number
}

export interface TrailPage {
  events: TrailEvent[]
  /** The number of the latest event of the workspace. */
  latest: number
}

export interface TrailPurge {
  purged: number
  next?: string | undefined
}

import { WorkspaceError } from '../errors.ts'
import type { TrailEvent } from './event.ts'

const dayMs = 24 * 3600 * 1000

/** Events before this instant have expired. */
export function expiryOf(now: Date, retentionDays: number): Date {
  return new Date(now.getTime() - retentionDays * dayMs)
}

/** Throws `events-expired` if the event after a position is not kept, or if there is no such position. */
export function assertKept(
  after: number,
  next: TrailEvent | undefined,
  { latest, expiry }: { latest: number; expiry: Date },
): void {
  if (after === latest) return
  const isNext = after < latest && next?.sequence === after + 1
  if (isNext && next.at >= expiry.toISOString()) return
  throw eventsExpired(after)
}

function eventsExpired(after: number): WorkspaceError {
  return new WorkspaceError(
    'events-expired',
    `The events after ${after} are not kept. Read the latest number with GET /api/workspace/events, list your files again, and continue after that number.`,
  )
}

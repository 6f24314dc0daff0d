import type { Caller } from '../../model/access.ts'
import type { Ports } from '../../ports/ports.ts'
import { visibleEvent, type VisibleEvent } from './visible-event.ts'

export interface EventPage {
  events: VisibleEvent[]
  /** The number to continue after. */
  next: number
  /** The number of the latest event of the workspace. Nothing follows if `next` equals it. */
  latest: number
}

/**
 * One page of the caller's events after a number. Examines at most `limit` events, and leaves out those that the caller may not
 * see. Without `after`, has no events and the latest number.
 */
export async function readEvents(
  { trail }: Pick<Ports, 'trail'>,
  caller: Caller,
  { after, limit }: { after?: number | undefined; limit: number },
): Promise<EventPage> {
  if (after === undefined) {
    const latest = await trail.latest(caller.workspaceId)
    return { events: [], next: latest, latest }
  }
  const { events, latest } = await trail.page(caller.workspaceId, { after, limit })
  const visible = events.flatMap((event) => visibleEvent(caller, event) ?? [])
  return { events: visible, next: events.at(-1)?.sequence ?? after, latest }
}

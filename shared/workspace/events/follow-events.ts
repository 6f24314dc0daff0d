import type { Caller } from '../../model/access.ts'
import type { Ports } from '../../ports/ports.ts'
import { visibleEvent, type VisibleEvent } from './visible-event.ts'

/** The most events that a slow reader holds in memory. It reads later ones from the trail when it has taken these. */
const maxEventsAtOnce = 100

export interface EventBatch {
  /** Empty if the caller may see none of the events up to `next`. */
  events: VisibleEvent[]
  /** The number of the last event that the batch covers. */
  next: number
}

/**
 * The caller's events after a number, as they happen. The first batch comes at once, also without events. The trail is read when
 * the next batch is requested, so a slow reader needs no queue. Throws `events-expired` as `Trail.page` does, and the signal's
 * reason when aborted.
 */
export async function* followEvents(
  { trail }: Pick<Ports, 'trail'>,
  caller: Caller,
  { after, signal }: { after?: number | undefined; signal: AbortSignal },
): AsyncGenerator<EventBatch, never> {
  const { workspaceId } = caller
  let next = after ?? (await trail.latest(workspaceId))
  const limit = maxEventsAtOnce
  let page = await trail.page(workspaceId, { after: next, limit })
  for (;;) {
    next = page.events.at(-1)?.sequence ?? next
    yield { events: page.events.flatMap((event) => visibleEvent(caller, event) ?? []), next }
    page = await trail.awaitPage(workspaceId, { after: next, limit }, signal)
  }
}

import type { EventBatch } from '../../workspace/events/follow-events.ts'

/** How long a client waits before it connects again, in milliseconds. */
const retryMs = 3000

/** Keeps proxies from closing a quiet connection. A line that starts with a colon is a comment. */
export const heartbeat = ':\n\n'

/** The first lines of a stream. */
export const opening = `retry: ${retryMs}\n\n`

/**
 * A batch as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): JSON has no line breaks, so each
 * event has one `data` line. A block with an `id` and no `data` dispatches nothing, and sets the id with which a client resumes.
 */
export function encodeBatch({ events, next }: EventBatch): string {
  const blocks = events.map((event) => `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`)
  if (events.at(-1)?.sequence !== next) blocks.push(`id: ${next}\n\n`)
  return blocks.join('')
}

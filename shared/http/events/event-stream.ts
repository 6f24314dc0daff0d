import { encodeBatch, heartbeat, opening } from './encode-events.ts'
import type { EventBatch } from '../../workspace/events/follow-events.ts'

interface StreamOptions {
  /** The first batch, which has been read already. */
  first: EventBatch
  heartbeatMs: number
  /** Called once, when the stream has ended or the client has left. */
  ended: (error?: unknown) => void
}

/**
 * The bytes of a stream of events. Reads the next batch only when the connection takes bytes, so the memory of a slow client is
 * bounded. If the batches end or fail, the stream ends without an error: the client connects again after the last id.
 */
export function eventStream(
  batches: AsyncIterator<EventBatch, unknown>,
  { first, heartbeatMs, ended }: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<EventBatch, unknown>> | undefined
  let text: string | undefined = opening + encodeBatch(first)
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    try {
      text ??= await textOf((next ??= batches.next()), heartbeatMs)
      if (text === undefined) return end(controller)
      if (text !== heartbeat) next = undefined
      controller.enqueue(encoder.encode(text))
      text = undefined
    } catch (error) {
      end(controller, error)
    }
  }
  const end = (controller: ReadableStreamDefaultController<Uint8Array>, error?: unknown) => {
    controller.close()
    ended(error)
  }
  return new ReadableStream({ pull, cancel: () => ended() }, { highWaterMark: 0 })
}

/** The text of the next batch, or a heartbeat if none comes in time. Undefined at the end. */
async function textOf(
  next: Promise<IteratorResult<EventBatch, unknown>>,
  heartbeatMs: number,
): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), heartbeatMs)
  try {
    const result = await Promise.race([next, late])
    if (result === undefined) return heartbeat
    return result.done ? undefined : encodeBatch(result.value)
  } finally {
    clearTimeout(timer)
  }
}

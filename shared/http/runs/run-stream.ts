import type { RunEvent } from '../../model/runs/run-event.ts'
import { heartbeat } from '../events/encode-events.ts'

interface RunStreamOptions {
  /** The first event, which has been read already. */
  first: RunEvent
  form: 'ndjson' | 'sse'
  /** Cancels the run. */
  cancel: () => void
  /** Called once, when the run has ended or the client has left. */
  ended: () => void
  report: (error: unknown) => void
  heartbeatMs?: number
  stallMs?: number
}

/** Proxies close an idle connection after a minute, some after half a minute. */
const defaultHeartbeatMs = 15_000

/** A client that takes no bytes for this long has left without closing its connection. */
const defaultStallMs = 60_000

/**
 * The events of a run as bytes: one JSON a line, or server-sent events. Reads the next event only when the connection takes bytes,
 * so a slow client slows the run. A client that leaves, or takes nothing for a minute, cancels it.
 */
export function runStream(
  events: AsyncGenerator<RunEvent, void, undefined>,
  options: RunStreamOptions,
): ReadableStream<Uint8Array> {
  const { first, form, cancel, ended, report } = options
  const { heartbeatMs = defaultHeartbeatMs, stallMs = defaultStallMs } = options
  const encoder = new TextEncoder()
  let sequence = 0
  let next: Promise<IteratorResult<RunEvent, void>> | undefined
  let stalled: NodeJS.Timeout | undefined
  const encode = (event: RunEvent) => {
    const data = JSON.stringify(event)
    return form === 'sse'
      ? `id: ${sequence++}\nevent: ${event.type}\ndata: ${data}\n\n`
      : `${data}\n`
  }
  let text: string | undefined = encode(first)

  const leave = async () => {
    clearTimeout(stalled)
    cancel()
    try {
      await next
      await events.return()
    } catch (error) {
      report(error)
    } finally {
      ended()
    }
  }
  const textOfNext = async () => {
    const result = await soon((next ??= events.next()), form === 'sse' ? heartbeatMs : undefined)
    if (result === undefined) return heartbeat
    next = undefined
    return result.done === true ? undefined : encode(result.value)
  }
  return new ReadableStream(
    {
      async pull(controller) {
        clearTimeout(stalled)
        try {
          text ??= await textOfNext()
        } catch (error) {
          report(error)
          controller.error(error)
          return ended()
        }
        if (text === undefined) {
          controller.close()
          return ended()
        }
        controller.enqueue(encoder.encode(text))
        text = undefined
        stalled = setTimeout(() => {
          controller.error(new Error('The client takes no bytes'))
          void leave()
        }, stallMs)
        stalled.unref()
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  )
}

/** The result of a promise. Undefined if it does not settle within a time. */
async function soon<Result>(
  promise: Promise<Result>,
  withinMs: number | undefined,
): Promise<Result | undefined> {
  if (withinMs === undefined) return promise
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), withinMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

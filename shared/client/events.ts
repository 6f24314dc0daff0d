import type { z } from 'zod'
import type { eventPageSchema } from '../api/answers/events.ts'
import { onAbort } from './on-abort.ts'
import { rest } from './retry.ts'
import { networkError } from './transport.ts'

/** What happened to a file: see docs/api.md. */
export type FileEvent = z.input<typeof eventPageSchema>['events'][number]

export interface EventsOptions {
  /** The number of the last known event. Default: events from now on. */
  after?: number
  signal?: AbortSignal
  /** Reconnects after this time without data. The service sends a heartbeat every 20 seconds. */
  silenceSeconds?: number
}

/** The only method of the client that is used here. */
interface Streams {
  stream: (
    route: string,
    options: { signal: AbortSignal; after: string | undefined },
  ) => Promise<Response>
}

const retry = { firstMs: 500, maxMs: 30_000 }

/**
 * Yields the events of the workspace as they happen. Reconnects after a lost connection, a restart and the expiry of the token, and
 * continues after the last event, without loss or repetition. Throws `events-expired` if the service no longer has the events after
 * a number, and the reason of the signal.
 */
export async function* events(
  coffer: Streams,
  { after, signal, silenceSeconds = 60 }: EventsOptions = {},
): AsyncGenerator<FileEvent, never, undefined> {
  let last = after?.toString()
  for (let failures = 1; ; failures += 1) {
    let failure: unknown
    const attempt = new AbortController()
    const ignore = onAbort(signal, () => attempt.abort(signal?.reason))
    try {
      const query = { after: last, signal: attempt.signal }
      const { body } = await coffer.stream('/events/stream', query)
      if (body === null) throw networkError()
      for await (const block of blocksOf(body, silenceSeconds * 1000)) {
        failures = 0
        const { id, data } = fieldsOf(block)
        last = id ?? last
        if (data !== undefined) yield JSON.parse(data) as FileEvent
      }
    } catch (error) {
      failure = error
    } finally {
      ignore()
      // Closes the connection, also when the caller stops.
      attempt.abort()
    }
    signal?.throwIfAborted()
    await rest(failure ?? networkError(), Math.max(1, failures), retry, signal)
  }
}

/** Yields the blocks of server-sent events. Ends also after `silenceMs` without data. */
async function* blocksOf(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const timer = setTimeout(() => void reader.cancel(), silenceMs)
    const { done, value } = await reader
      .read()
      .catch((error: unknown) => {
        throw networkError(error)
      })
      .finally(() => clearTimeout(timer))
    if (done) return
    const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
}

function fieldsOf(block: string): { id?: string; data?: string } {
  const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line)?.slice(1) ?? [])
  return Object.fromEntries(fields.filter(([name]) => name !== undefined)) as { id?: string }
}

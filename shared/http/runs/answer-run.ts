import type { Context } from 'hono'
import type { RunEvent } from '../../model/runs/run-event.ts'
import type { AppEnv } from '../app-env.ts'
import { qualityOf } from '../protocol/accept.ts'
import { closing } from '../server/graceful-close.ts'
import { basePath, locationUrl } from '../target.ts'
import { runStream } from './run-stream.ts'

type Form = 'json' | 'ndjson' | 'sse'

const types = {
  ndjson: 'application/x-ndjson',
  sse: 'text/event-stream',
} as const

const headers = {
  'Cache-Control': 'no-store, no-transform',
  // Keeps nginx and other proxies from buffering the answer.
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

interface RunAnswer {
  /** Begins the run. It is cancelled when the signal is aborted. */
  run: (signal: AbortSignal) => AsyncGenerator<RunEvent, void, undefined>
  /** The record of a run as JSON. */
  record: (id: string) => Promise<object>
}

/** The form that the client prefers: the record as JSON, if it has no preference. */
export function runFormOf(c: Context<AppEnv>): Form {
  const accept = c.req.header('Accept')
  const json = qualityOf(accept, 'application/json')
  const [best] = (['ndjson', 'sse'] as const)
    .map((form) => ({ form, quality: qualityOf(accept, types[form]) }))
    .toSorted((a, b) => b.quality - a.quality)
  return best && best.quality > json ? best.form : 'json'
}

/** Answers a run in a form. Throws before the answer begins if the run does not begin. A client that leaves cancels the run. */
export async function answerRun(
  c: Context<AppEnv>,
  form: Form,
  { run, record }: RunAnswer,
): Promise<Response> {
  const stop = new AbortController()
  const cancel = () => stop.abort()
  const { signal } = c.req.raw
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const outgoing = c.env?.outgoing
  outgoing?.once(closing, cancel)
  const ended = () => {
    signal.removeEventListener('abort', cancel)
    outgoing?.off(closing, cancel)
  }
  const events = run(stop.signal)
  try {
    const { value: first } = await events.next()
    if (first?.type !== 'started') throw new Error('A run did not begin with "started"')
    c.header('Location', locationUrl(c, `${basePath}/runs/${first.run}`))
    if (form === 'json') {
      for await (const event of events) void event
      ended()
      return c.json(await record(first.run))
    }
    const report = (error: unknown) => {
      c.get('log')({
        severity: 'ERROR',
        message: `The run ${first.run} has ended without an answer: ${String(error)}`,
        requestId: c.get('requestId'),
      })
    }
    const stream = runStream(events, { first, form, cancel, ended, report })
    return c.body(stream, 200, { ...headers, 'Content-Type': types[form] })
  } catch (error) {
    ended()
    throw error
  }
}

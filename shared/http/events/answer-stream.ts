import type { Context } from 'hono'
import type { Ports } from '../../ports/ports.ts'
import { followEvents } from '../../workspace/events/follow-events.ts'
import type { AppEnv } from '../app-env.ts'
import { closing } from '../server/graceful-close.ts'
import { eventStream } from './event-stream.ts'

/** Cloud Run ends a request after an hour. */
const maxStreamMs = 55 * 60_000

/** Proxies close an idle connection after a minute, some after half a minute. */
const defaultHeartbeatMs = 20_000

/** Time for the client to take the last bytes. Its connection is then closed. */
const graceMs = 5000

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // Keeps nginx and other proxies from buffering the answer.
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

interface StreamRequest {
  after: number | undefined
  /** Ends with the stream. */
  slot: Disposable
  heartbeatMs?: number | undefined
}

/**
 * Answers the caller's events as they happen, until the token expires, the server closes or 55 minutes have passed. Throws
 * `events-expired` before the answer begins.
 */
export async function answerStream(
  ports: Pick<Ports, 'trail' | 'now'>,
  c: Context<AppEnv>,
  { after, slot, heartbeatMs = defaultHeartbeatMs }: StreamRequest,
): Promise<Response> {
  await using opened = new AsyncDisposableStack()
  opened.use(slot)
  const stop = new AbortController()
  const batches = followEvents(ports, c.get('caller'), { after, signal: stop.signal })
  const { value: first } = await batches.next()
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)

  const outgoing = c.env?.outgoing
  const abort = () => {
    stop.abort()
    if (outgoing) setTimeout(() => outgoing.destroy(), graceMs).unref()
  }
  const timer = setTimeout(abort, lifetimeMs(c, ports.now()))
  outgoing?.once(closing, abort)
  opened.defer(() => {
    clearTimeout(timer)
    outgoing?.off(closing, abort)
    stop.abort()
  })
  const resources = opened.move()
  const ended = (error?: unknown) => {
    if (error !== undefined && !stop.signal.aborted) report(c, error)
    void resources.disposeAsync()
  }
  return c.body(eventStream(batches, { first, heartbeatMs, ended }), 200, headers)
}

function lifetimeMs(c: Context<AppEnv>, now: Date): number {
  const expiresAt = c.get('expiresAt')?.getTime() ?? Infinity
  return Math.max(0, Math.min(maxStreamMs, expiresAt - now.getTime()))
}

function report(c: Context<AppEnv>, error: unknown): void {
  const message = `A stream of events has ended: ${String(error)}`
  c.get('log')({ severity: 'WARNING', message, requestId: c.get('requestId') })
}

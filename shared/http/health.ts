import { Hono } from 'hono'
import type { Ports } from '../ports/ports.ts'
import type { ScannerVersion } from '../ports/scanner.ts'
import type { AppEnv } from './app-env.ts'

const maxSignatureAgeMs = 48 * 3600 * 1000

/** How long one look at the stores answers for: anyone may ask, and each look is a few reads that somebody pays for. */
const lookMs = 2000

/** The finalize events that wait in this machine's own queue; in the cloud they wait in Pub/Sub, which counts them itself. */
export interface WaitingEvents {
  length(): number
  oldest(): Date | undefined
}

type HealthPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now'>

/**
 * `GET /healthz`: 200 while the stores answer, though `degraded` without a scanner, for then files merely wait; 503
 * `unavailable` when a store does not answer.
 */
export function healthRoute(ports: HealthPorts, queue?: WaitingEvents): Hono<AppEnv> {
  let last: { at: number; seen: ReturnType<typeof look>; isOver: boolean } | undefined
  return new Hono<AppEnv>().get('/healthz', async (c) => {
    const at = ports.now().getTime()
    if (last === undefined || (last.isOver && Math.abs(at - last.at) >= lookMs)) {
      last = { at, seen: look(ports, queue), isOver: false }
    }
    const present = last
    const body = await present.seen
    present.isOver = true
    return c.json(body, body.status === 'unavailable' ? 503 : 200)
  })
}

async function look(ports: HealthPorts, queue: WaitingEvents | undefined) {
  const [catalog, pending, blobs, version] = await Promise.all([
    ports.catalog.check().catch(() => undefined),
    ports.catalog.countPending().catch(() => undefined),
    ports.blobs.check().catch(() => undefined),
    ports.scanner.version().catch((): Partial<ScannerVersion> => ({})),
  ])
  const { engine, signatureVersion, signaturesAt } = version
  const stored = catalog !== undefined && blobs !== undefined
  const degraded = engine === undefined ? 'degraded' : 'ok'
  return {
    status: stored ? degraded : 'unavailable',
    catalog: catalog ?? 'unavailable',
    blobs: blobs ?? 'unavailable',
    scanner: {
      engine: engine ?? 'unavailable',
      signatures: signatureVersion ?? null,
      // Vendors publish daily: older signatures mean that nobody fetches them.
      ...(signaturesAt !== undefined && {
        signaturesAt,
        stale: ports.now().getTime() - Date.parse(signaturesAt) > maxSignatureAgeMs,
      }),
    },
    pending: pending ?? 'unavailable',
    ...(queue && { queue: { events: queue.length(), oldestQueuedAt: queue.oldest() ?? null } }),
  }
}

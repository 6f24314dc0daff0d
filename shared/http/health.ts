import { Hono } from 'hono'
import type { Ports } from '../ports/ports.ts'
import type { ScannerVersion } from '../ports/scanner.ts'
import type { AppEnv } from './app-env.ts'

const maxSignatureAgeMs = 48 * 3600 * 1000

/** The lifetime of a cached probe. The route is public, and each probe costs a few billed reads. */
const probeMs = 2000

/** The queue of finalize events on this machine. In the cloud they wait in Pub/Sub, which has its own metrics. */
export interface EventQueueStatus {
  length(): number
  oldest(): Date | undefined
}

type HealthPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now'>

/**
 * `GET /healthz`: 200 while the stores answer, and 503 `unavailable` when one does not. Without a scanner the status is 200
 * `degraded`, because reads still work and new files wait for their scan.
 */
export function healthRoute(ports: HealthPorts, queue?: EventQueueStatus): Hono<AppEnv> {
  let last: { at: number; result: ReturnType<typeof probe>; isDone: boolean } | undefined
  return new Hono<AppEnv>().get('/healthz', async (c) => {
    const at = ports.now().getTime()
    if (last === undefined || (last.isDone && Math.abs(at - last.at) >= probeMs)) {
      last = { at, result: probe(ports, queue), isDone: false }
    }
    const current = last
    const body = await current.result
    current.isDone = true
    return c.json(body, body.status === 'unavailable' ? 503 : 200)
  })
}

async function probe(ports: HealthPorts, queue: EventQueueStatus | undefined) {
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
      // Vendors publish daily, so older signatures mean that updates do not arrive.
      ...(signaturesAt !== undefined && {
        signaturesAt,
        stale: ports.now().getTime() - Date.parse(signaturesAt) > maxSignatureAgeMs,
      }),
    },
    pending: pending ?? 'unavailable',
    ...(queue && { queue: { events: queue.length(), oldestQueuedAt: queue.oldest() ?? null } }),
  }
}

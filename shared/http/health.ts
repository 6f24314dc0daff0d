import { Hono } from 'hono'
import type { Ports, ScannerVersion } from '../workspace/ports.ts'
import type { AppEnv } from './app-env.ts'

/**
 * `GET /healthz`: 200 while the stores answer, though `degraded` without a scanner, for then files merely wait; 503
 * `unavailable` when a store does not answer.
 */
export const healthRoute = (ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner'>) =>
  new Hono<AppEnv>().get('/healthz', async (c) => {
    const [catalog, blobs, version] = await Promise.all([
      ports.catalog.check().catch(() => undefined),
      ports.blobs.check().catch(() => undefined),
      ports.scanner.version().catch((): Partial<ScannerVersion> => ({})),
    ])
    const stored = catalog !== undefined && blobs !== undefined
    const degraded = version.engine === undefined ? 'degraded' : 'ok'
    const body = {
      status: stored ? degraded : 'unavailable',
      catalog: catalog ?? 'unavailable',
      blobs: blobs ?? 'unavailable',
      scanner: {
        engine: version.engine ?? 'unavailable',
        signatures: version.signatureVersion ?? null,
      },
    }
    return c.json(body, stored ? 200 : 503)
  })

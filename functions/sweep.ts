import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { sweep } from '../shared/workspace/sweep.ts'

/** Long enough for an upload's own event to be scanned: then the sweep does not scan it a second time. */
export const pendingAgeSeconds = 60

/** The longest that Cloud Run lets a request take. */
const requestSeconds = 3600

/** `POST /sweep`, for the scheduler alone: finishes what crashes and lost events left behind, and reports it. */
export const sweepRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'limits'>,
) =>
  new Hono<AppEnv>().post('/sweep', async (c) => {
    const abandonedBefore = new Date(ports.now().getTime() - requestSeconds * 1000)
    return c.json(await sweep(ports, { pendingAgeSeconds, abandonedBefore }))
  })

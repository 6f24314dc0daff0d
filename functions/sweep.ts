import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { sweep } from '../shared/workspace/sweep.ts'

/** Long enough for an upload's own event to be scanned: then the sweep does not scan it a second time. */
export const pendingAgeSeconds = 60

/** `POST /sweep`, for the scheduler alone: finishes what crashes and lost events left behind, and reports it. */
export const sweepRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'limits'>,
) =>
  new Hono<AppEnv>().post('/sweep', async (c) => c.json(await sweep(ports, { pendingAgeSeconds })))

import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import {
  allowScheduler,
  schedulerBudgetMs,
  type SchedulerAccess,
} from '../shared/http/auth/allow-scheduler.ts'
import { parseQuery } from '../shared/http/query.ts'
import { sweepQuery } from '../shared/api/requests/maintenance.ts'
import { reportSweep, type SweepReporters } from '../shared/observability/maintenance-log.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { pendingAgeSeconds } from '../shared/workspace/sweep/defaults.ts'
import { sweepOnSchedule } from '../shared/workspace/sweep/schedule.ts'
import { sweep } from '../shared/workspace/sweep/sweep.ts'

/** Cloud Run ends a request after one hour at the latest, so the request of an older reservation has ended. */
const requestMs = 3600 * 1000

/**
 * `POST /sweep`, for the scheduler only: finishes what crashes and lost events left unfinished, within the scheduler's time
 * limit, and answers a report. `?dryRun=true` examines everything and changes nothing.
 */
export const sweepRoutes = (
  ports: Pick<
    Ports,
    'catalog' | 'folders' | 'trail' | 'blobs' | 'scanner' | 'quarantine' | 'now' | 'limits'
  >,
  access: SchedulerAccess,
  reporters: SweepReporters,
) =>
  new Hono<AppEnv>().post('/sweep', allowScheduler(access), async (c) => {
    const { dryRun = false } = parseQuery(c, sweepQuery)
    const options = {
      pendingAgeSeconds,
      abandonedBefore: new Date(ports.now().getTime() - requestMs),
      budgetMs: schedulerBudgetMs,
      signal: c.req.raw.signal,
    }
    const report = dryRun
      ? await sweep(ports, { ...options, dryRun })
      : await sweepOnSchedule(ports, options)
    reportSweep(report, reporters)
    return c.json(report)
  })

import { Hono, type MiddlewareHandler } from 'hono'
import { z } from 'zod'
import type { Config } from '../shared/config/config.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { LogEntry } from '../shared/observability/log.ts'
import { forbidden, openScheduler, type AuthorizeCall } from '../shared/http/auth/scheduler.ts'
import { credentialsOf } from '../shared/http/auth/credentials.ts'
import { parseQuery } from '../shared/http/query.ts'
import { flag } from '../shared/api/text-fields.ts'
import type { Telemetry } from '../shared/observability/telemetry.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { sweep } from '../shared/workspace/sweep/sweep.ts'
import type { SweepReport } from '../shared/workspace/sweep/report.ts'
import { sweepOnSchedule } from '../shared/workspace/sweep/schedule.ts'

/** Long enough for an upload's own event to be scanned: then the sweep does not scan it a second time. */
export const pendingAgeSeconds = 60

/** The longest that Cloud Run lets a request take. */
const requestMs = 3600 * 1000

/** Within the three minutes that Cloud Scheduler waits by default; the next call goes on. */
const budgetMs = 150_000

const querySchema = z.object({ dryRun: flag.optional() })

/**
 * `POST /sweep`, for the scheduler alone: finishes what crashes and lost events left behind, as far as it comes in its
 * time, and reports it. `?dryRun=true` only looks, at everything.
 */
export const sweepRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now' | 'limits'>,
  config: Pick<Config, 'sweepInvoker' | 'auth'>,
  reporters: SweepReporters,
) =>
  new Hono<AppEnv>().post('/sweep', allowScheduler(config), async (c) => {
    const { dryRun = false } = parseQuery(c, querySchema)
    const abandonedBefore = new Date(ports.now().getTime() - requestMs)
    const options = { pendingAgeSeconds, abandonedBefore, budgetMs, signal: c.req.raw.signal }
    const report = dryRun
      ? await sweep(ports, { ...options, dryRun })
      : await sweepOnSchedule(ports, options)
    reportSweep(report, reporters)
    return c.json(report)
  })

/** Who hears of a sweep. */
export interface SweepReporters {
  log: (entry: LogEntry) => void
  telemetry?: Pick<Telemetry, 'swept'> | undefined
}

export function reportSweep(report: SweepReport, { log, telemetry }: SweepReporters): void {
  log(sweepEntry(report))
  if (!report.dryRun) telemetry?.swept(report)
}

/** The log line of a sweep: lost bytes are an error, of which somebody should hear. */
export function sweepEntry(report: SweepReport): LogEntry {
  const warning = report.failureCount > 0 || report.repaired > 0 ? 'WARNING' : 'INFO'
  const severity = report.missing > 0 ? 'ERROR' : warning
  return { severity, message: report.dryRun ? 'Swept (dry run)' : 'Swept', ...report }
}

/** With AUTH_MODE=local this machine's callers; without SWEEP_INVOKER else nobody. */
export function allowScheduler({
  sweepInvoker,
  auth,
}: Pick<Config, 'sweepInvoker' | 'auth'>): MiddlewareHandler<AppEnv> {
  const authorize: AuthorizeCall | undefined = sweepInvoker && openScheduler(sweepInvoker)
  return async (c, next) => {
    const credentials = credentialsOf(c)
    if (authorize) await authorize(credentials)
    else if (auth.mode === 'local') await c.get('authenticate')(credentials)
    else throw forbidden('answers nobody until SWEEP_INVOKER and SWEEP_AUDIENCE are set')
    return next()
  }
}

import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import {
  allowScheduler,
  schedulerBudgetMs,
  type SchedulerAccess,
} from '../shared/http/auth/allow-scheduler.ts'
import { parseQuery } from '../shared/http/query.ts'
import { rescanQuery } from '../shared/api/requests/maintenance.ts'
import type { LogEntry } from '../shared/observability/log.ts'
import { rescanEntry } from '../shared/observability/maintenance-log.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { rescan, type RescanPosition } from '../shared/workspace/scan/rescan.ts'

interface RescanRate {
  filesPerMinute: number
  bytesPerMinute: number
}

/**
 * `POST /rescan?minutes=N`, for the scheduler only: scans files again whose clean verdict is from older signatures, as many
 * as the rate allows in `minutes`, and answers a report.
 */
export const rescanRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now'>,
  config: SchedulerAccess & { rescan: RescanRate | undefined },
  log: (entry: LogEntry) => void,
) => {
  // A new instance starts from the beginning and finds only files that still have an older verdict.
  let from: RescanPosition | undefined
  return new Hono<AppEnv>().post('/rescan', allowScheduler(config), async (c) => {
    const { minutes } = parseQuery(c, rescanQuery)
    if (!config.rescan) return c.json({ off: true })
    const { filesPerMinute, bytesPerMinute } = config.rescan
    const { next, ...report } = await rescan(ports, {
      maxFiles: filesPerMinute * minutes,
      maxBytes: bytesPerMinute * minutes,
      deadline: new Date(ports.now().getTime() + schedulerBudgetMs),
      signal: c.req.raw.signal,
      ...(from && { from }),
    })
    from = next
    const answer = { ...report, complete: next === undefined }
    log({ ...rescanEntry(report), ...answer })
    return c.json(answer)
  })
}

import { Hono } from 'hono'
import { z } from 'zod'
import type { Config } from '../shared/config/config.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { LogEntry } from '../shared/observability/log.ts'
import { parseQuery } from '../shared/http/query.ts'
import { integer } from '../shared/api/text-fields.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { rescan, type RescanPosition, type RescanReport } from '../shared/workspace/scan/rescan.ts'
import { allowScheduler } from './sweep.ts'

/** Within the three minutes that Cloud Scheduler waits by default; the next call goes on. */
const budgetMs = 150_000

/** For how many minutes' worth of files one call stands: those between it and the next. */
const querySchema = z.object({ minutes: integer(1, 60).default(10) })

/**
 * `POST /rescan`, for the scheduler alone: scans files again that older signatures were found clean with, as many as the
 * rate allows in `minutes`, and reports it.
 */
export const rescanRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now'>,
  config: Pick<Config, 'sweepInvoker' | 'auth' | 'rescan'>,
  log: (entry: LogEntry) => void,
) => {
  // An instance that has forgotten it begins anew, and meets only what it could not deal with.
  let from: RescanPosition | undefined
  return new Hono<AppEnv>().post('/rescan', allowScheduler(config), async (c) => {
    const { minutes } = parseQuery(c, querySchema)
    if (!config.rescan) return c.json({ off: true })
    const { filesPerMinute, bytesPerMinute } = config.rescan
    const { next, ...report } = await rescan(ports, {
      maxFiles: filesPerMinute * minutes,
      maxBytes: bytesPerMinute * minutes,
      deadline: new Date(ports.now().getTime() + budgetMs),
      signal: c.req.raw.signal,
      ...(from && { from }),
    })
    from = next
    const answer = { ...report, complete: next === undefined }
    log({ ...rescanEntry(report), ...answer })
    return c.json(answer)
  })
}

/** The log line of a run: a file that was served and is infected is an error, of which somebody should hear. */
export function rescanEntry({ infectedAfterwards, failures }: RescanReport): LogEntry {
  const warning = failures.length > 0 ? 'WARNING' : 'INFO'
  return { severity: infectedAfterwards.length > 0 ? 'ERROR' : warning, message: 'Scanned again' }
}

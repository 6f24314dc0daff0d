import { z } from 'zod'

const count = z.int().nonnegative()
const instant = z.iso.datetime({ precision: 3 })
const unavailable = z.literal('unavailable')
const pending = z.object({ files: count, oldestCreatedAt: instant.optional() })

/** The answer of `GET /healthz`. */
export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    catalog: z.string(),
    blobs: z.string(),
    scanner: z.object({
      engine: z.string(),
      signatures: z.string().nullable(),
      signaturesAt: instant.optional(),
      stale: z.boolean().optional(),
    }),
    pending: z.union([pending, unavailable]),
    queue: z
      .object({ events: count, oldestQueuedAt: instant.nullable() })
      .optional()
      .describe('Only on a local server.'),
  })
  .meta({ id: 'Health' })

const counters = z.record(z.string(), z.number())

/** The answer of `POST /sweep`. */
export const sweepReportSchema = z
  .object({
    dryRun: z.boolean(),
    startedAt: instant,
    durationMs: z.number().nonnegative(),
    complete: z.boolean(),
    phases: z.record(
      z.string(),
      z.object({ outcome: z.enum(['ended', 'stopped', 'failed']), examined: count }),
    ),
    finished: count,
    continued: count,
    expired: count,
    purged: count,
    repaired: count,
    missing: count,
    found: count,
    orphans: count,
    examples: z.record(z.string(), z.array(z.string())),
    drifts: z.array(z.object({ workspaceId: z.string(), kept: counters, counted: counters })),
    pending: pending.optional(),
    failureCount: count,
    failures: z.array(z.string()),
  })
  .meta({ id: 'SweepReport' })

/** The answer of `POST /rescan`. */
export const rescanReportSchema = z
  .union([
    z.object({ off: z.literal(true) }),
    z.object({
      scanned: count,
      scannedBytes: count,
      infectedAfterwards: z.array(
        z.object({ workspaceId: z.string(), id: z.string(), threat: z.string() }),
      ),
      inconclusive: count,
      failures: z.array(z.string()),
      complete: z.boolean(),
    }),
  ])
  .meta({ id: 'RescanReport' })

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SessionId } from '../ids.ts'

const dayMs = 86_400_000

/** How long the record of a run is stored after its start. */
const keptMs = 30 * dayMs

/** A running run whose process does not renew it for this long has crashed. */
const leaseMs = 60_000

const instant = z.iso.datetime({ precision: 3 })
const runIdSchema = z.uuidv4()

/** The schema with which every catalog decodes its runs. */
export const runSchema = z.strictObject({
  id: runIdSchema,
  workspaceId: z.string(),
  /** The session that the run belongs to, if any. Its token sees no other runs. */
  session: z
    .string()
    .transform((session) => session as SessionId)
    .optional(),
  blockId: z.string(),
  blockName: z.string(),
  /** SHA-256 of the block, the input and the session. */
  inputDigest: z.string(),
  state: z.enum(['running', 'completed', 'failed', 'cancelled']),
  createdAt: instant,
  endedAt: instant.nullable(),
  /** When a running run counts as crashed, unless it is renewed. */
  leaseUntil: instant,
  /** In credits. While the run is running, of its outputs so far. */
  cost: z.int().nonnegative(),
  error: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  isCancelRequested: z.boolean(),
})

export type Run = z.infer<typeof runSchema>

/** How a run ends. */
export interface RunEnd {
  state: Exclude<Run['state'], 'running'>
  cost: number
  error: Run['error']
}

export const runOutputSchema = z.strictObject({ name: z.string(), value: z.json() })

/** One output. Files in its value are references. */
export type RunOutput = z.infer<typeof runOutputSchema>

/** The place of a run in a list. */
export const runPositionSchema = runSchema.pick({ createdAt: true, id: true })

/** Text that a caller sends as the id of a run. */
export function isRunId(text: string): boolean {
  return runIdSchema.safeParse(text).success
}

/** The id of the run with an idempotency key. Equal keys of one workspace are one run. */
export function runIdOfKey(workspaceId: string, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, key]))
    .digest('hex')
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ]
  return parts.join('-')
}

export function leaseFrom(now: Date): string {
  return new Date(now.getTime() + leaseMs).toISOString()
}

/** The run after its end. A run that has ended does not change. */
export function ended(run: Run, { state, cost, error }: RunEnd, now: Date): Run {
  if (run.state !== 'running') return run
  return { ...run, state, cost, error, endedAt: now.toISOString() }
}

/** The run after a request to cancel it. A run that has ended does not change. */
export function cancelRequested(run: Run): Run {
  return run.state === 'running' ? { ...run, isCancelRequested: true } : run
}

/** The instant from which the catalog may delete a run. */
export function purgeAtOf({ createdAt }: Run): Date {
  return new Date(Date.parse(createdAt) + keptMs)
}

export function isPurged(run: Run, now: Date): boolean {
  return purgeAtOf(run) <= now
}

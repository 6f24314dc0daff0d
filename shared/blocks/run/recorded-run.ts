import { createHash } from 'node:crypto'
import type { Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { SessionId } from '../../model/ids.ts'
import { leaseFrom, runIdOfKey, type Run, type RunOutput } from '../../model/runs/run.ts'
import type { RecordedRun, Runs } from '../../ports/runs.ts'
import type { AnyBlock } from '../any-block.ts'
import type { RunEvent } from '../../model/runs/run-event.ts'

export interface RecordRequest {
  block: AnyBlock
  input: unknown
  caller: Caller
  sessionId: SessionId | undefined
  idempotencyKey: string | undefined
}

/** The record of a run that begins now. */
export function newRun(
  { block, input, caller, sessionId, idempotencyKey: key }: RecordRequest,
  now: Date,
): Run {
  const { workspaceId } = caller
  return {
    id: key === undefined ? crypto.randomUUID() : runIdOfKey(workspaceId, key),
    workspaceId,
    ...(sessionId !== undefined && { session: sessionId }),
    blockId: block.id,
    blockName: block.name,
    inputDigest: digestOf([block.id, sessionId ?? null, input]),
    state: 'running',
    createdAt: now.toISOString(),
    endedAt: null,
    leaseUntil: leaseFrom(now),
    cost: 0,
    error: null,
    isCancelRequested: false,
  }
}

/**
 * The events of an earlier run with the same idempotency key. Throws `key-reused` if its input was another one, and `run-in-progress`
 * while it runs.
 */
export async function replayed(
  runs: Runs,
  { earlier, wanted }: { earlier: Run; wanted: Run },
): Promise<RunEvent[]> {
  if (earlier.inputDigest !== wanted.inputDigest) {
    throw new WorkspaceError(
      'key-reused',
      'The Idempotency-Key belongs to a run with another block, input or session. Use a new key for each run.',
    )
  }
  const recorded = await runs.get(earlier)
  const events = recorded && eventsOf(recorded)
  if (events) return events
  throw new WorkspaceError(
    'run-in-progress',
    `The run ${earlier.id} with this Idempotency-Key has not ended. Ask for it with GET /api/workspace/runs/${earlier.id}.`,
    { retryAfterSeconds: 2 },
  )
}

/** Undefined for a run that has not ended. */
function eventsOf({ run, outputs }: RecordedRun): RunEvent[] | undefined {
  const { id, state, cost, error } = run
  if (state === 'running') return undefined
  const end: RunEvent =
    state === 'failed'
      ? { type: state, code: 'internal', detail: '', ...error, cost }
      : { type: state, cost }
  return [{ type: 'started', run: id }, ...outputs.map(outputEvent), end]
}

function outputEvent(output: RunOutput): RunEvent {
  return { type: 'output', ...output }
}

function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
}

/** The value with the members of objects in order, so that equal inputs have equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

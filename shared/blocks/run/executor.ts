import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { SessionId } from '../../model/ids.ts'
import { isRunId, leaseFrom, type Run } from '../../model/runs/run.ts'
import { parsed } from '../../api/parsed.ts'
import { openConcurrencyLimiter } from '../../concurrency/concurrency-limiter.ts'
import type { Ports } from '../../ports/ports.ts'
import type { AnyBlock } from '../any-block.ts'
import { newRun, replayed } from './recorded-run.ts'
import { runBlock, type RunHost } from './run-block.ts'
import { removeStaleRunDirectories, touchRunDirectory } from './run-directories.ts'
import type { EndEvent, RunEvent } from '../../model/runs/run-event.ts'

export interface ExecutorOptions extends Omit<RunHost, 'ports'> {
  ports: RunHost['ports'] & Pick<Ports, 'runs'>
  temporaryDirectory: string
  /** Limits of runs at the same time. */
  atOnce?: { perUser: number; total: number }
  /** Receives errors of work in the background, which is repeated. */
  onError: (error: unknown) => void
  /** How often a run renews its record and reads whether it must be cancelled. */
  heartbeatMs?: number
}

export interface ExecuteRequest {
  block: AnyBlock
  input: unknown
  caller: Caller
  /** The session that the run belongs to and stores its files in. Default: that of the caller. */
  sessionId?: SessionId | undefined
  /** Equal keys of one workspace are one run, for 30 days. */
  idempotencyKey?: string | undefined
  signal: AbortSignal
}

/** Runs blocks and records their runs. One for each process. */
export interface Executor {
  /**
   * Runs a block: see `runBlock`. Stores each output in the record before its event, and the end before the last event.
   * - Throws before the first event: `invalid-request` for the input, `forbidden` for another session than the caller's,
   *   `too-many-requests`, and for a repeated idempotency key `key-reused` or `run-in-progress`.
   * - A repeated key of a run that has ended yields the events of its record.
   */
  execute(request: ExecuteRequest): AsyncGenerator<RunEvent, void, undefined>

  /** Cancels a run of any process. Resolves to its record; undefined for an unknown run. */
  cancel(caller: Caller, runId: string): Promise<Run | undefined>

  /** Ends the records of runs whose process has crashed, and removes their directories. */
  sweep(): Promise<void>
}

const limits = { perUser: 4, total: 8 }
/** The lease of a record is a minute, so several renewals may fail. */
const defaultHeartbeatMs = 5000
const maxSweptAtOnce = 100

export function openExecutor(options: ExecutorOptions): Executor {
  const { ports, temporaryDirectory, heartbeatMs = defaultHeartbeatMs, onError } = options
  const { runs, now } = ports
  const running = new Map<string, AbortController>()
  const isActive = (runId: string) => running.has(runId)
  const limiter = openConcurrencyLimiter({ ...(options.atOnce ?? limits), refusal: tooManyRuns })

  /** Renews the record of a run, and cancels the run on request, until the signal is aborted. */
  async function watch(run: Run, stop: AbortController, ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      await sleep(heartbeatMs, undefined, { signal: ending, ref: false }).catch(() => undefined)
      if (ending.aborted) return
      await touchRunDirectory(temporaryDirectory, run.id)
      const current = await runs.renew(run, leaseFrom(now())).catch((error: unknown) => {
        onError(error)
        return undefined
      })
      if (current && (current.state !== 'running' || current.isCancelRequested)) {
        stop.abort(cancelled())
      }
    }
  }

  async function* record(request: ExecuteRequest, run: Run) {
    const stop = new AbortController()
    const ending = new AbortController()
    running.set(run.id, stop)
    const watching = watch(run, stop, ending.signal)
    try {
      yield* runBlock(options, {
        ...request,
        sessionId: run.session,
        runId: run.id,
        signal: AbortSignal.any([request.signal, stop.signal]),
        onOutput: async (output, cost) => {
          if (!(await runs.append(run, output, cost))) stop.abort(cancelled())
        },
        onEnd: async (end) => {
          await runs.end(run, recordOf(end))
        },
      })
    } finally {
      ending.abort()
      running.delete(run.id)
      await watching
    }
  }

  return {
    async *execute(request) {
      const { block, caller, input, idempotencyKey } = request
      const sessionId = sessionOf(request)
      parsed(block.input.strict(), input, 'input')
      using _ = limiter.enter(caller.workspaceId)
      const wanted = newRun({ block, input, caller, sessionId, idempotencyKey }, now())
      const { run, isNew } = await runs.begin(wanted)
      if (isNew) yield* record(request, run)
      else yield* await replayed(runs, { earlier: run, wanted })
    },
    async cancel({ workspaceId, session }, runId) {
      if (!isRunId(runId)) return undefined
      const run = await runs.requestCancel({ workspaceId, session, id: runId })
      if (run?.state === 'running') running.get(runId)?.abort(cancelled())
      return run
    },
    async sweep() {
      // A process that was stopped for a minute must not end its own runs.
      await removeStaleRunDirectories(temporaryDirectory, isActive)
      for (const run of await runs.listAbandoned(maxSweptAtOnce)) {
        if (isActive(run.id)) continue
        await runs.end(run, { state: 'failed', cost: run.cost, error: interrupted })
      }
    },
  }
}

const interrupted = {
  code: 'interrupted',
  detail: 'The service ended during this run. What it emitted is kept. Run the block again.',
}

function recordOf(end: EndEvent) {
  const error = end.type === 'failed' ? { code: end.code, detail: end.detail } : null
  return { state: end.type, cost: end.cost, error }
}

function sessionOf({ caller, sessionId = caller.session }: ExecuteRequest): SessionId | undefined {
  if (caller.session === undefined || sessionId === caller.session) return sessionId
  throw new WorkspaceError(
    'forbidden',
    `This token is bound to the session "${caller.session}". Leave "session" out.`,
  )
}

function cancelled(): WorkspaceError {
  return new WorkspaceError('gone', 'The run was cancelled.')
}

function tooManyRuns(limit: number): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${limit} runs are in progress, which is the limit. Try again when one of them has ended, or cancel one.`,
    { retryAfterSeconds: 5 },
  )
}

import pLimit, { type LimitFunction } from 'p-limit'
import { WorkspaceError } from '../model/errors.ts'

/** Calls of one workspace that run at once in this process, and calls that wait for one of them. */
const maxRunning = 8
const maxWaiting = 64

/** Runs calls within their limits. */
export interface Calls {
  /**
   * Runs work when fewer than 8 calls of the workspace run. Throws `too-many-requests` if 64 already wait, and `timeout` if the work has
   * not ended in time; its signal is then aborted.
   */
  run<Result>(
    workspaceId: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>
}

export function openCalls(callMs: number): Calls {
  const limits = new Map<string, LimitFunction>()
  return {
    async run(workspaceId, signal, work) {
      const limit = limits.get(workspaceId) ?? pLimit(maxRunning)
      if (limit.pendingCount >= maxWaiting) throw tooMany()
      limits.set(workspaceId, limit)
      const deadline = AbortSignal.timeout(callMs)
      const ends = AbortSignal.any([signal, deadline])
      const started = limit(async () => {
        ends.throwIfAborted()
        return work(ends)
      })
      try {
        return await endedBy(ends, started)
      } catch (error) {
        throw deadline.aborted && !signal.aborted ? tooLong() : error
      } finally {
        started
          .catch(() => undefined)
          .finally(() => {
            if (limit.activeCount + limit.pendingCount === 0) limits.delete(workspaceId)
          })
      }
    },
  }
}

/** Rejects when the signal aborts, even if the work does not end then. */
async function endedBy<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function tooMany(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${maxRunning + maxWaiting} calls of this workspace are already running or waiting. Try again in 5 seconds, with fewer calls at once.`,
    { retryAfterSeconds: 5 },
  )
}

function tooLong(): WorkspaceError {
  return new WorkspaceError('timeout', 'The call took too long.')
}

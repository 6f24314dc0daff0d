import { setTimeout } from 'node:timers/promises'
import { WorkspaceError } from '../../../model/errors.ts'

const sqliteBusy = 5
const minPauseMs = 1
const maxPauseMs = 32
const retryAfterSeconds = 2

/**
 * Runs `work`, and repeats it after a pause while another connection holds the lock. SQLite's own busy timeout would block
 * the thread. Pauses double up to 32 ms, and the upper half of each is random. Throws `store-unavailable` if the lock is
 * still held at `deadline`, in milliseconds of `performance.now()`.
 *
 * `p-retry` does not replace it: it has no jitter at its longest pause, where processes that wait for one lock need it most.
 */
export async function retryWhileBusy<Result>(
  work: () => Result,
  deadline: number,
): Promise<Result> {
  for (let pauseMs = minPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) throw stillBusy(error)
      await setTimeout(Math.min(leftMs, pauseMs * (0.5 + Math.random() / 2)))
    }
  }
}

/** The result of `work`, or undefined while another connection holds the lock. */
export function unlessBusy<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (isBusy(error)) return undefined
    throw error
  }
}

/** Whether SQLite refused a statement because another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  // The low byte is the primary code. The other bytes distinguish variants, such as SQLITE_BUSY_RECOVERY.
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy
}

function stillBusy(cause: unknown): WorkspaceError {
  const detail = 'Another program holds the lock of the database. Nothing was changed; try again.'
  return new WorkspaceError('store-unavailable', detail, { cause, retryAfterSeconds })
}

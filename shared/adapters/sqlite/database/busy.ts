import { setTimeout } from 'node:timers/promises'
import { WorkspaceError } from '../../../model/errors.ts'

const sqliteBusy = 5
const minPauseMs = 1
const maxPauseMs = 32
const retryAfterSeconds = 2

/**
 * Runs `work`, and runs it again after a pause while another connection holds the lock that it needs: SQLite itself would
 * block the thread. Pauses double and are random in their upper half. Throws `store-unavailable` where the lock is still held
 * at the deadline, an instant of `performance.now()`.
 */
export async function whenFree<Result>(work: () => Result, deadline: number): Promise<Result> {
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

/** The result, or undefined where another connection holds the lock that `work` needs. */
export function unlessBusy<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (isBusy(error)) return undefined
    throw error
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  // The low byte is the code, the rest its variants, such as SQLITE_BUSY_RECOVERY.
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy
}

function stillBusy(cause: unknown): WorkspaceError {
  const detail = 'Another program holds the lock of the database. Nothing was changed; try again.'
  return new WorkspaceError('store-unavailable', detail, { cause, retryAfterSeconds })
}

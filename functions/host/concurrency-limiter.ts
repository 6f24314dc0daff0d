import { WorkspaceError } from '../../shared/model/errors.ts'

/** How much of each user's work goes on at once in this process. */
export interface ConcurrencyLimiter {
  /** Counts one more, until it is disposed. Throws `too-many-requests` where there are as many as may be. */
  enter(userId: string): Disposable
}

/** A request of a few bytes makes work of minutes: one user's must not take the sockets and the memory of all. */
export function openConcurrencyLimiter(most: number): ConcurrencyLimiter {
  const counts = new Map<string, number>()
  return {
    enter(userId) {
      const count = counts.get(userId) ?? 0
      if (count >= most) throw crowded(most)
      counts.set(userId, count + 1)
      return {
        [Symbol.dispose]() {
          const left = (counts.get(userId) ?? 1) - 1
          if (left > 0) counts.set(userId, left)
          else counts.delete(userId)
        },
      }
    },
  }
}

function crowded(most: number): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${most} of your imports are underway already. Try again when one of them has ended, or delete its file.`,
    { retryAfterSeconds: 5 },
  )
}

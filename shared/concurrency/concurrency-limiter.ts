import { WorkspaceError } from '../model/errors.ts'

/** Limits the concurrent tasks of each user in this process, so that no user exhausts the sockets and memory of others. */
export interface ConcurrencyLimiter {
  /** Counts one task until the result is disposed. Throws `too-many-requests` at the limit. */
  enter(userId: string): Disposable
}

export function openConcurrencyLimiter(maxTasks: number): ConcurrencyLimiter {
  const counts = new Map<string, number>()
  return {
    enter(userId) {
      const count = counts.get(userId) ?? 0
      if (count >= maxTasks) throw tooManyTasks(maxTasks)
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

function tooManyTasks(maxTasks: number): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${maxTasks} of your imports are already running. Try again when one of them has ended, or delete its file.`,
    { retryAfterSeconds: 5 },
  )
}

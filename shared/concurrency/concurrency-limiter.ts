import { WorkspaceError } from '../model/errors.ts'

/** Limits the concurrent tasks of each user in this process, so that no user exhausts the sockets and memory of others. */
export interface ConcurrencyLimiter {
  /** Counts one task until the result is disposed. Throws the refusal at a limit. */
  enter(userId: string): Disposable
}

interface LimiterOptions {
  /** The most tasks of one user. */
  perUser: number
  /** The most tasks of all users. Default: no limit. */
  total?: number
  /** The error at a limit. */
  refusal: (limit: number) => WorkspaceError
}

export function openConcurrencyLimiter({
  perUser,
  total = Infinity,
  refusal,
}: LimiterOptions): ConcurrencyLimiter {
  const counts = new Map<string, number>()
  let all = 0
  return {
    enter(userId) {
      const count = counts.get(userId) ?? 0
      if (count >= perUser) throw refusal(perUser)
      if (all >= total) throw refusal(total)
      counts.set(userId, count + 1)
      all += 1
      let isOver = false
      return {
        [Symbol.dispose]() {
          if (isOver) return
          isOver = true
          all -= 1
          const left = (counts.get(userId) ?? 1) - 1
          if (left > 0) counts.set(userId, left)
          else counts.delete(userId)
        },
      }
    },
  }
}

/** The refusal for imports. */
export function tooManyImports(limit: number): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${limit} of your imports are already running. Try again when one of them has ended, or delete its file.`,
    { retryAfterSeconds: 5 },
  )
}

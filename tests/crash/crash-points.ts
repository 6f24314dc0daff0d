import { writeSync } from 'node:fs'

/** The point of the crash: the N-th, counted from 1, or the first with this label. Undefined only counts. */
export type CrashAt = number | string | undefined

let crashAt: CrashAt
let passed: string[] = []

/** Restarts counting, and crashes at `at`. Returns the labels of the points passed since the last call. */
export function arm(at: CrashAt): string[] {
  const before = passed
  crashAt = at
  passed = []
  return before
}

/** Wraps a function with a crash point before it starts and one after it has taken effect. */
export function guarded<Args extends unknown[], Result>(
  label: string,
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  return function (this: unknown, ...args: Args): Result {
    point(`before ${label}`)
    const result: Result = Reflect.apply(work, this, args)
    if (!(result instanceof Promise)) {
      point(`after ${label}`)
      return result
    }
    return result.then((value: unknown) => {
      point(`after ${label}`)
      return value
    }) as Result
  }
}

/** Kills this process with SIGKILL: no handler runs and nothing is flushed. */
function point(label: string): void {
  passed.push(label)
  if (passed.length !== crashAt && label !== crashAt) return
  writeSync(process.stderr.fd, `crash point ${passed.length}: ${label}\n`)
  process.kill(process.pid, 'SIGKILL')
}

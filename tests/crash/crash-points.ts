import { writeSync } from 'node:fs'

/** Which point is the last: the N-th that is passed, from 1, or the first with this label; undefined only counts. */
export type CrashAt = number | string | undefined

let crashAt: CrashAt
let passed: string[] = []

/** Counts anew, and ends the process at `at`; answers the labels of the points passed since the last time. */
export function arm(at: CrashAt): string[] {
  const before = passed
  crashAt = at
  passed = []
  return before
}

/** A function that does the same with a crash point before it starts and one after it had its effect. */
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

/** `kill -9` of this process, by itself: no handler runs, nothing is flushed, no line follows. */
export function point(label: string): void {
  passed.push(label)
  if (passed.length !== crashAt && label !== crashAt) return
  writeSync(process.stderr.fd, `crash point ${passed.length}: ${label}\n`)
  process.kill(process.pid, 'SIGKILL')
}

import { retrySeconds } from './states.ts'

/** Requests of the elements of a page that run at once. */
const concurrency = 4
const attempts = 3

const waiting: (() => void)[] = []
let running = 0

/**
 * Sends a request in its turn, and repeats it twice after transient failures. It waits for that outside its turn. An aborted one
 * is not sent, and rejects with the reason of the signal.
 */
export async function ask<Result>(
  signal: AbortSignal,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 1; ; failures += 1) {
    if (running < concurrency) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let seconds: number | undefined
    try {
      signal.throwIfAborted()
      const result = await run()
      signal.throwIfAborted()
      return result
    } catch (error) {
      seconds = retrySeconds(error, failures)
      if (signal.aborted || seconds === undefined || failures >= attempts) throw error
    } finally {
      // The next one gets this turn.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
    await new Promise((resolve) => setTimeout(resolve, (seconds ?? 0) * 1000))
  }
}

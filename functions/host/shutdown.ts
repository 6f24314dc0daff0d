/** The share of the shutdown time for requests in flight. The rest is for closing the stores. */
const answeringShare = 0.8

/** The time after which a shutdown of `shutdownSeconds` cuts off requests in flight. */
export function answeringMs(shutdownSeconds: number): number {
  return shutdownSeconds * 1000 * answeringShare
}

/** Prints the reason of a failed start and exits with code 1. Calls `exit`, because an open handle may keep the process alive. */
export function failStart(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Resolves at the first SIGTERM or SIGINT. A second signal ends the process immediately. */
export async function terminationSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.on('SIGTERM', resolve).on('SIGINT', resolve)
  await promise
  process.off('SIGTERM', resolve).off('SIGINT', resolve)
}

/**
 * Exits after `shutdownSeconds`, unless the process ends earlier. The stores and the event queue survive this exit as they survive
 * `kill -9`, and the next start continues unfinished work.
 */
export function exitAfter(shutdownSeconds: number): void {
  setTimeout(() => {
    process.stderr.write(
      `The shutdown takes longer than ${shutdownSeconds} s. The next start continues the unfinished work.\n`,
    )
    process.exit(1)
  }, shutdownSeconds * 1000).unref()
}

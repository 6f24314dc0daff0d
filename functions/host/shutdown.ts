/** Requests are cut off after this share of the shutdown time; the rest is for closing the stores. */
const answeringShare = 0.8

/** The time for answering requests within a shutdown of `shutdownSeconds`. */
export function answeringMs(shutdownSeconds: number): number {
  return shutdownSeconds * 1000 * answeringShare
}

/** Prints why the process cannot start and exits with code 1, because an open handle may keep the process alive. */
export function failStart(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Resolves at the first SIGTERM or SIGINT. A second signal ends the process immediately. */
export async function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.on('SIGTERM', resolve).on('SIGINT', resolve)
  await promise
  process.off('SIGTERM', resolve).off('SIGINT', resolve)
}

/**
 * Ends the process after `shutdownSeconds`, unless it ends earlier. Stores and events survive that like a `kill -9`; the next start
 * continues unfinished work.
 */
export function endWithin(shutdownSeconds: number): void {
  setTimeout(() => {
    process.stderr.write(
      `The shutdown takes longer than ${shutdownSeconds} s. The next start continues the unfinished work.\n`,
    )
    process.exit(1)
  }, shutdownSeconds * 1000).unref()
}

/** Requests are cut off after this share of the time, so that the rest is left to finish what they did. */
const answeringShare = 0.8

/** How long a shutdown may answer requests, of the seconds that it may take as a whole. */
export function answeringMs(shutdownSeconds: number): number {
  return shutdownSeconds * 1000 * answeringShare
}

/** Ends a process that cannot start, with exit code 1 and the reason: what did open may have left a handle that keeps it. */
export function failStart(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Resolves at the first SIGTERM or SIGINT. A second signal of either kind ends the process at once, as it does any program. */
export async function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.on('SIGTERM', resolve).on('SIGINT', resolve)
  await promise
  process.off('SIGTERM', resolve).off('SIGINT', resolve)
}

/**
 * Ends the process after so many seconds, unless it ends before. Stores and events survive that as they survive `kill -9`:
 * the next start takes up unfinished work.
 */
export function endWithin(shutdownSeconds: number): void {
  setTimeout(() => {
    process.stderr.write(
      `The shutdown takes longer than ${shutdownSeconds} s. The next start takes up the rest.\n`,
    )
    process.exit(1)
  }, shutdownSeconds * 1000).unref()
}

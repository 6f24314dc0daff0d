/**
 * Creates a value on the first call and returns it from every later call. A failure rejects the waiting calls and is not stored,
 * so that the next call tries again.
 */
export function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

/**
 * Makes a value at the first call and shares it with every later one. A failure is shared with the callers that wait for it,
 * and forgotten: the next call tries again.
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

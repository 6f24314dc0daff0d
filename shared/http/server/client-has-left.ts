/** Whether an error only says that the request was given up by its client: nobody waits for an answer to it. */
export function clientHasLeft(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError')
}

import type { LogEntry } from '../observability/log.ts'
import { WorkspaceError } from '../model/errors.ts'

/** Work that continues after its request is answered. Disposing waits until all work has ended. */
export interface Background extends AsyncDisposable {
  add(work: Promise<unknown>, name: string): void
  /** Aborts when disposing begins. Work that another process can continue ends then. */
  readonly closing: AbortSignal
}

export function openBackground(log: (entry: LogEntry) => void): Background {
  const running = new Set<Promise<unknown>>()
  const closing = new AbortController()
  return {
    add(work, name) {
      const ended = work
        .catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          const severity = error instanceof WorkspaceError ? 'INFO' : 'ERROR'
          log({ severity, message: `${name} has failed: ${message}` })
        })
        .finally(() => running.delete(ended))
      running.add(ended)
    },
    closing: closing.signal,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(running)
    },
  }
}

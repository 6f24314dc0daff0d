import type { LogEntry } from '../../shared/observability/log.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'

/** Work that goes on after its request has been answered, in a process that lives on. Disposing waits for its end. */
export interface Background extends AsyncDisposable {
  add(work: Promise<unknown>, what: string): void
}

export function openBackground(log: (entry: LogEntry) => void): Background {
  const running = new Set<Promise<unknown>>()
  return {
    add(work, what) {
      const ended = work
        .catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          const severity = error instanceof WorkspaceError ? 'INFO' : 'ERROR'
          log({ severity, message: `${what} has failed: ${message}` })
        })
        .finally(() => running.delete(ended))
      running.add(ended)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running)
    },
  }
}

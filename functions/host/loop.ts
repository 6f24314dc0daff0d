import { inspect } from 'node:util'
import { setTimeout } from 'node:timers/promises'
import type { LogEntry } from '../../shared/observability/log.ts'

interface LoopOptions {
  /** The name in the log. */
  name: string
  /** Does one round of the work and resolves to the milliseconds until the next one. Must stop when the signal is aborted. */
  round: (signal: AbortSignal) => Promise<number>
  log: (entry: LogEntry) => void
  /** The first and the longest pause after a failed round. The pause doubles with each consecutive failure. */
  retry?: { minMs: number; maxMs: number }
}

const defaultRetry = { minMs: 1000, maxMs: 10 * 60_000 }

/**
 * Repeats a round of background work until disposed. A failed round is logged and repeated after a pause; no failure ends the
 * loop. Disposing aborts the running round and waits for its end.
 */
export function startLoop({
  name,
  round,
  log,
  retry = defaultRetry,
}: LoopOptions): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  const loop = async () => {
    let pauseMs = retry.minMs
    while (!signal.aborted) {
      let restMs: number
      try {
        restMs = await round(signal)
        pauseMs = retry.minMs
      } catch (error) {
        if (signal.aborted) return
        restMs = pauseMs
        pauseMs = Math.min(pauseMs * 2, retry.maxMs)
        log(failureEntry(`${name} failed; retry in ${restMs} ms`, error))
      }
      await setTimeout(restMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const ended = loop()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

function failureEntry(message: string, error: unknown): LogEntry {
  return { severity: 'ERROR', message, error: String(error), stack_trace: inspect(error) }
}

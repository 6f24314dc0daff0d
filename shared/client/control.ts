import { rest } from './retry.ts'
import type { RetryOptions, UploadState } from './types.ts'

/** Pauses, resumes, cancels and repeats the steps of one upload. */
export interface Control {
  /** Aborted by `cancel`. */
  readonly signal: AbortSignal
  state: () => UploadState
  enter: (phase: UploadState) => void
  pause: () => void
  resume: () => void
  cancel: (reason?: unknown) => void
  /**
   * Runs a step until it succeeds. A pause aborts the step and runs it again later. A transient failure runs it again after a
   * growing time; a step that made progress before it failed starts counting again.
   */
  persist: <Result>(
    step: (signal: AbortSignal) => Promise<Result>,
    progress?: () => number,
  ) => Promise<Result>
}

export function createControl(retry: RetryOptions): Control {
  const cancelled = new AbortController()
  const { signal: cancellation } = cancelled
  let phase: UploadState = 'waiting'
  let attempt = new AbortController()
  let paused: Promise<void> | undefined
  let endPause: (() => void) | undefined

  const resume = () => {
    paused = undefined
    endPause?.()
  }

  return {
    signal: cancellation,
    state: () => (paused ? 'paused' : phase),
    enter(next) {
      phase = next
    },
    pause() {
      if (paused || phase === 'ready' || phase === 'failed') return
      paused = new Promise((resolve) => (endPause = resolve))
      attempt.abort()
    },
    resume,
    cancel(reason) {
      cancelled.abort(reason)
      attempt.abort()
      resume()
    },
    async persist(step, progress = () => 0) {
      let failures = 0
      let before = progress()
      for (;;) {
        await paused
        cancellation.throwIfAborted()
        const { signal } = (attempt = new AbortController())
        try {
          return await step(signal)
        } catch (error) {
          if (signal.aborted) continue
          failures = progress() > before ? 1 : failures + 1
          before = progress()
          if (failures >= retry.attempts) throw error
          await rest(error, failures, retry, signal).catch((error: unknown) => {
            if (!signal.aborted) throw error
          })
        }
      }
    },
  }
}

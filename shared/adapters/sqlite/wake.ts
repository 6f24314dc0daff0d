import type { EventEmitter } from 'node:events'

/** Resolves on the event, after `timeoutMs` or when the signal aborts, whichever is first; never rejects. */
export function eventOrTimeout(
  emitter: EventEmitter,
  event: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      emitter.off(event, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, signal.aborted ? 0 : timeoutMs)
    emitter.on(event, done)
    signal.addEventListener('abort', done)
  })
}

import { isTransient } from './coffer-error.ts'
import { onAbort } from './on-abort.ts'
import type { RetryOptions } from './types.ts'

/**
 * Waits before the next attempt: `Retry-After`, or full jitter under a limit that doubles, and then until the browser is online,
 * where the platform reports it. Throws a permanent error, and the reason of the signal.
 */
export async function rest(
  error: unknown,
  failures: number,
  { firstMs, maxMs }: Omit<RetryOptions, 'attempts'>,
  signal?: AbortSignal,
): Promise<void> {
  if (!isTransient(error)) throw error
  const { retryAfterSeconds: seconds } = error
  const jitterMs = Math.random() * Math.min(maxMs, firstMs * 2 ** (failures - 1))
  await until((end) => {
    const timer = setTimeout(end, seconds === undefined ? jitterMs : seconds * 1000)
    return () => clearTimeout(timer)
  }, signal)
  const browser = globalThis as unknown as BrowserEvents
  if (browser.navigator?.onLine !== false) return
  await until((end) => {
    browser.addEventListener('online', end)
    return () => browser.removeEventListener('online', end)
  }, signal)
}

interface BrowserEvents {
  navigator?: { onLine?: boolean }
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

/** Waits until `start` calls its parameter. Stops, and throws the reason of the signal, when that is aborted. */
async function until(start: (end: () => void) => () => void, signal?: AbortSignal): Promise<void> {
  const stops: (() => void)[] = []
  await new Promise<void>((resolve) => stops.push(start(resolve), onAbort(signal, resolve)))
  for (const stop of stops) stop()
  signal?.throwIfAborted()
}

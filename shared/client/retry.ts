import { isTransient } from './coffer-error.ts'
import type { RetryOptions } from './types.ts'

/**
 * The time before the next attempt: `Retry-After`, or full jitter under a limit that doubles. Throws an error that no attempt
 * can change.
 */
export function backoffMs(error: unknown, failures: number, { firstMs, maxMs }: RetryOptions) {
  if (!isTransient(error)) throw error
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000
  return Math.random() * Math.min(maxMs, firstMs * 2 ** (failures - 1))
}

/** Waits. Rejects with the reason of the signal. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, ms)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    function finish() {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

interface BrowserEvents {
  addEventListener?(type: string, listener: () => void, options?: object): void
}

/** Waits for the browser to be online. Resolves at once where the platform does not say. */
export async function untilOnline(signal?: AbortSignal): Promise<void> {
  const { navigator } = globalThis as { navigator?: { onLine?: boolean } }
  if (navigator?.onLine !== false) return
  await new Promise<void>((resolve, reject) => {
    const events = globalThis as BrowserEvents
    events.addEventListener?.('online', resolve, { once: true })
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

import { setTimeout as delay } from 'node:timers/promises'

/** How patient the store is with Cloud Storage: https://cloud.google.com/storage/docs/retry-strategy */
export interface RetryOptions {
  /** Of one step, the first included. */
  attempts: number
  /** Doubles with each attempt; the actual delay is a random part of it. */
  baseDelayMs: number
  maxDelayMs: number
  /** A request that gives nothing for so long is given up, and tried again. */
  stallMs: number
}

export const defaultRetry: RetryOptions = {
  attempts: 6,
  baseDelayMs: 500,
  maxDelayMs: 16_000,
  stallMs: 30_000,
}

const transientStatuses = new Set([408, 429, 500, 502, 503, 504])

/** Something that is worth another attempt, although it is no status and no error of a socket. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

/** Repeats a step until it succeeds, fails for good, or the attempts are used up: then its last error is thrown. */
export async function retried<T>(
  retry: RetryOptions,
  step: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await step()
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt >= retry.attempts || !isTransient(error)) throw error
    }
    await backOff(retry, attempt, signal)
  }
}

/** Waits before the attempt that follows so many failed ones; with jitter, so that clients do not return in step. */
export async function backOff(
  retry: RetryOptions,
  failures: number,
  signal?: AbortSignal,
): Promise<void> {
  const most = Math.min(retry.maxDelayMs, retry.baseDelayMs * 2 ** (failures - 1))
  await delay(most * (0.5 + Math.random() / 2), undefined, signal && { signal })
}

/** Gives up waiting after `stallMs`; for clients that cannot be told to. */
export async function unstalled<T>({ stallMs }: RetryOptions, answer: Promise<T>): Promise<T> {
  const given = new AbortController()
  const stalled = delay(stallMs, undefined, { signal: given.signal }).then(() => {
    throw new TransientError(`Cloud Storage gave no answer for ${stallMs} ms`)
  })
  stalled.catch(() => undefined)
  try {
    return await Promise.race([answer, stalled])
  } finally {
    given.abort()
  }
}

export function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true
  const status = statusOf(error)
  return status === undefined ? isOfTheNetwork(error) : transientStatuses.has(status)
}

/** The HTTP status that an error of the Storage client or of gaxios stands for; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = error as {
    code?: unknown
    status?: unknown
    response?: { status?: unknown; statusCode?: unknown }
  }
  return [response?.status, response?.statusCode, status, code]
    .map(Number)
    .find((value) => value >= 100 && value <= 599)
}

/** Whether the connection failed, anywhere in the chain of causes; a bug of ours is no reason to try again. */
function isOfTheNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, type } = error as { code?: unknown; type?: unknown }
  if (['AbortError', 'TimeoutError', 'FetchError'].includes(error.name)) return true
  if (type === 'system' || type === 'aborted') return true
  if (typeof code === 'string' && networkCodes.has(code)) return true
  return isOfTheNetwork(error.cause)
}

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
])

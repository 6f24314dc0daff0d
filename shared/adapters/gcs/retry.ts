import { setTimeout as delay } from 'node:timers/promises'
import { WorkspaceError } from '../../model/errors.ts'

/** How patient the store is with Cloud Storage: https://cloud.google.com/storage/docs/retry-strategy */
export interface RetryOptions {
  /** Of one step, the first included. */
  attempts: number
  /** Doubles with each attempt; the actual delay is a random part of it. */
  baseDelayMs: number
  maxDelayMs: number
  /** A request that gives nothing for so long is given up, and tried again. */
  stallMs: number
  /** Of all attempts at one step: functions have 60 s for a request. */
  totalMs: number
}

export const defaultRetry: RetryOptions = {
  attempts: 6,
  baseDelayMs: 500,
  maxDelayMs: 16_000,
  stallMs: 30_000,
  totalMs: 45_000,
}

/** For the requests that look after a failure, on which the caller has waited long enough. */
export function briefly(retry: RetryOptions): RetryOptions {
  const { attempts, totalMs } = retry
  return { ...retry, attempts: Math.min(attempts, 2), totalMs: Math.min(totalMs, 5000) }
}

const transientStatuses = new Set([408, 429, 500, 502, 503, 504])

/** A failure that another attempt may not meet, although it is neither a status nor an error of a socket. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

/**
 * Repeats a step until it succeeds or fails for good; throws `store-unavailable` when the attempts or their time are used up.
 * The step hears how long it may wait for an answer.
 */
export async function retried<T>(
  retry: RetryOptions,
  step: (stallMs: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const endsAt = performance.now() + retry.totalMs
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      const leftMs = Math.max(1, Math.ceil(endsAt - performance.now()))
      return await step(Math.min(retry.stallMs, leftMs))
    } catch (error) {
      signal?.throwIfAborted()
      if (!isTransient(error)) throw error
      const pause = pauseMs(retry, attempt, error)
      if (attempt >= retry.attempts || performance.now() + pause >= endsAt) throw unavailable(error)
      await delay(pause, undefined, signal && { signal })
    }
  }
}

/**
 * The pause before the attempt that follows so many failed ones, with jitter, so that clients do not return in step: at
 * least as long as the `Retry-After` of the error's answer says, but never longer than `maxDelayMs`.
 */
export function pauseMs(retry: RetryOptions, failures: number, error: unknown): number {
  const most = retry.baseDelayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2)
  return Math.min(retry.maxDelayMs, Math.max(most, retryAfterMs(error)))
}

/** The seconds of `Retry-After` (RFC 9110 §10.2.3) in milliseconds; 0 without the field, and for a date. */
function retryAfterMs(error: unknown): number {
  const { headers } = (error as { response?: { headers?: unknown } }).response ?? {}
  const given =
    headers instanceof Headers
      ? headers.get('Retry-After')
      : (headers as Record<string, unknown> | undefined)?.['retry-after']
  return /^\d{1,5}$/.test(String(given)) ? Number(given) * 1000 : 0
}

/** The refusal for a caller once Cloud Storage has failed at every attempt. */
export function unavailable(cause: unknown): WorkspaceError {
  const detail = 'Cloud Storage does not answer in time; try again later.'
  return new WorkspaceError('store-unavailable', detail, { cause })
}

/** Gives up waiting after `stallMs`; for clients that cannot be told to. */
export async function unstalled<T>(stallMs: number, answer: Promise<T>): Promise<T> {
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
  if (status !== undefined) return transientStatuses.has(status)
  return hasAnswer(error) || isOfTheNetwork(error) || isBrokenToken(error)
}

/** Whether the error comes with an answer. If its status is a success, the rest of the answer was cut off or garbled. */
function hasAnswer(error: unknown): boolean {
  return (error as { response?: unknown }).response !== undefined
}

/**
 * The HTTP status of the failure that an error of the Storage client or of gaxios stands for. Undefined where no answer
 * came, and where the answer is a success that could not be read.
 */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = error as {
    code?: unknown
    status?: unknown
    response?: { status?: unknown; statusCode?: unknown }
  }
  return [response?.status, response?.statusCode, status, code]
    .map(Number)
    .find((value) => value >= 400 && value <= 599)
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

/** How google-auth-library fails when the answer of a token endpoint ends within its JSON. */
function isBrokenToken(error: unknown): boolean {
  return error instanceof TypeError && error.message.includes("'refresh_token' on string")
}

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
])

import { setTimeout as delay } from 'node:timers/promises'
import { HttpError, TransientError } from '../google/http.ts'
import { WorkspaceError } from '../../model/errors.ts'

/** Time limits and retries for requests to Cloud Storage: https://cloud.google.com/storage/docs/retry-strategy */
export interface RetryOptions {
  /** Attempts of one step, including the first. */
  attempts: number
  /** Doubles with each attempt. The upper half of each delay is random. */
  baseDelayMs: number
  maxDelayMs: number
  /** A request without a response for this time is aborted and retried. */
  stallMs: number
  /** Limit for all attempts of one step. Functions have 60 s for a request. */
  totalMs: number
}

export const defaultRetry: RetryOptions = {
  attempts: 6,
  baseDelayMs: 500,
  maxDelayMs: 16_000,
  stallMs: 30_000,
  totalMs: 45_000,
}

/** Shorter limits for follow-up requests after a failure, when the caller has already waited. */
export function withBriefRetry(retry: RetryOptions): RetryOptions {
  const { attempts, totalMs } = retry
  return { ...retry, attempts: Math.min(attempts, 2), totalMs: Math.min(totalMs, 5000) }
}

const transientStatuses = new Set([408, 429, 500, 502, 503, 504])

/**
 * Runs a step until it succeeds or fails permanently. Throws `store-unavailable` after `attempts` or `totalMs`. The argument of
 * the step is the time, in milliseconds, that it may wait for a response.
 *
 * `p-retry` does not replace it: it ignores `Retry-After`, has no jitter at its longest delay, and does not limit the time of
 * an attempt.
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
 * The delay before the next attempt, with jitter: at least the `Retry-After` of the response in the error, at most
 * `maxDelayMs`.
 */
export function pauseMs(retry: RetryOptions, failures: number, error: unknown): number {
  const backoffMs = retry.baseDelayMs * 2 ** (failures - 1) * (0.5 + Math.random() / 2)
  return Math.min(retry.maxDelayMs, Math.max(backoffMs, retryAfterMs(error)))
}

/** The seconds of `Retry-After` (RFC 9110 §10.2.3) in milliseconds; 0 without the field, and for a date. */
function retryAfterMs(error: unknown): number {
  const given = error instanceof HttpError ? error.response.headers['retry-after'] : undefined
  return given !== undefined && /^\d{1,5}$/.test(given) ? Number(given) * 1000 : 0
}

/** The error for the caller after the last failed attempt. */
export function unavailable(cause: unknown): WorkspaceError {
  const detail = 'Cloud Storage does not answer in time; try again later.'
  return new WorkspaceError('store-unavailable', detail, { cause })
}

export function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true
  const status = statusOf(error)
  if (status !== undefined) return transientStatuses.has(status)
  return hasResponse(error) || isNetworkError(error) || isTruncatedToken(error)
}

/** Whether the error contains a response. If its status is a success, the body was truncated or malformed. */
function hasResponse(error: unknown): boolean {
  return (error as { response?: unknown }).response !== undefined
}

/** The HTTP status in an error of `send`, of google-auth-library (`response`) or of the official client (`code`). */
export function statusOf(error: unknown): number | undefined {
  const { response, code } = error as { response?: { status?: unknown }; code?: unknown }
  const status = Number(response?.status ?? code)
  return status >= 400 && status <= 599 ? status : undefined
}

/** Whether the error or one of its causes is a network error. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, type } = error as { code?: unknown; type?: unknown }
  if (['AbortError', 'TimeoutError', 'FetchError'].includes(error.name)) return true
  if (type === 'system' || type === 'aborted') return true
  if (typeof code === 'string' && networkCodes.has(code)) return true
  return isNetworkError(error.cause)
}

/** The error of google-auth-library for a truncated response of a token endpoint. */
function isTruncatedToken(error: unknown): boolean {
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

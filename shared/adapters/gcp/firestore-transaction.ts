import { setTimeout as delay } from 'node:timers/promises'
import type { Firestore, Transaction } from '@google-cloud/firestore'
import { grpcStatus } from './firestore-status.ts'

/** What an earlier attempt came to whose commit failed, perhaps only seemingly. */
export interface Previous<Result> {
  result: Result
  /** False where Firestore said each time that it was aborted: then somebody else came first. */
  mayBeThrough: boolean
}

/** One attempt's work. */
export type Work<Result> = (
  transaction: Transaction,
  previous: Previous<Result> | undefined,
) => Promise<Result>

const firstDelayMs = 10
const maxDelayMs = 1000
const maxTotalMs = 30_000
/** The official emulator has transactions that meet wait 30 s for each other's locks before it aborts one. */
const minAttempts = 3

/** Those after which another attempt may succeed; a commit may have succeeded after any of them but `ABORTED`. */
const transient = new Set<unknown>([
  grpcStatus.ABORTED,
  grpcStatus.CANCELLED,
  grpcStatus.UNKNOWN,
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.INTERNAL,
  grpcStatus.UNAVAILABLE,
  grpcStatus.RESOURCE_EXHAUSTED,
])

/**
 * Runs a transaction until it is through, with full jitter between attempts, for half a minute or three attempts. The client's own
 * retry starts at a second and ends after five attempts: too slow and too few for many writers of one workspace.
 */
export async function transact<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  const startedAt = performance.now()
  let previous: Previous<Result> | undefined
  for (let attempt = 0; ; attempt++) {
    let result: Result | undefined
    try {
      return await firestore.runTransaction(
        async (transaction) => (result = await work(transaction, previous)),
        { maxAttempts: 1 },
      )
    } catch (error) {
      const mayBeThrough = previous?.mayBeThrough === true || !isAborted(error)
      if (result !== undefined) previous = { result, mayBeThrough }
      const isOver = attempt + 1 >= minAttempts && performance.now() - startedAt > maxTotalMs
      if (isOver || !isTransient(error, attempt)) throw error
      const ceilingMs = Math.min(maxDelayMs, firstDelayMs * 2 ** attempt)
      await delay(Math.random() * ceilingMs)
    }
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === grpcStatus.ABORTED
}

function isTransient(error: unknown, attempt: number): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (transient.has(error.code)) return true
  // The client repeats a commit whose answer is lost; what it meets then is its own transaction, over, or its own document.
  if (error.code === grpcStatus.ALREADY_EXISTS) return attempt === 0
  return (
    error.code === grpcStatus.INVALID_ARGUMENT &&
    /transaction.*(expired|no longer valid)/i.test(error.message)
  )
}

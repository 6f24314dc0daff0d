import { randomBytes } from 'node:crypto'
import { Attempt, marksOf } from './attempt.ts'
import { Pace } from './pace.ts'
import type { Firestore } from '../rest/firestore.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { Transaction } from '../rest/transaction.ts'
import { WriteBatch } from '../rest/write-batch.ts'
import { grpcStatus } from '../status.ts'

/** Reads and writes for one attempt. Resolves to the result of the operation, which is valid if the writes are committed. */
export type Work<Result> = (attempt: Attempt) => Promise<Result>

interface Committed<Result> {
  id: string
  markedDocument: DocumentReference
  result: Result
}

const maxTotalMs = 30_000

/** Errors after which another attempt may succeed. A commit may have succeeded after each of them. */
const transient = new Set<unknown>([
  grpcStatus.ABORTED,
  grpcStatus.CANCELLED,
  grpcStatus.UNKNOWN,
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.INTERNAL,
  grpcStatus.UNAVAILABLE,
  grpcStatus.RESOURCE_EXHAUSTED,
])

/** A commit's preconditions failed: a document changed, appeared or disappeared after it was read. */
const conflicts = new Set<unknown>([
  grpcStatus.FAILED_PRECONDITION,
  grpcStatus.ALREADY_EXISTS,
  grpcStatus.NOT_FOUND,
])

/**
 * Reads a snapshot and commits writes, on condition that no document changed since it was read. Retries for half a minute
 * with exponential backoff and full jitter. Takes no locks, so it does not depend on the concurrency mode of the database
 * (docs/decisions/firestore-concurrency.md). Each commit marks one document. An attempt after a failed commit first searches
 * for the marks. If it finds one, the earlier attempt was committed, and its result is returned.
 *
 * `p-retry` does not replace the loop: it has no full jitter.
 */
export async function transact<Result>(
  firestore: Firestore,
  work: Work<Result>,
  pace = new Pace(),
): Promise<Result> {
  const startedAt = performance.now()
  const tried: Committed<Result>[] = []
  let failure: unknown
  for (;;) {
    let isCommitting = false
    try {
      const batch = new WriteBatch()
      const snapshot = firestore.transaction()
      const committed = await findCommitted(snapshot, tried)
      if (committed) return committed.result
      const mark = { id: `c${randomBytes(8).toString('hex')}`, at: Date.now() }
      const attempt = new Attempt(snapshot, batch, mark, failure)
      const result = await work(attempt)
      const { markedDocument } = attempt
      if (markedDocument === undefined) return result
      tried.push({ id: mark.id, markedDocument, result })
      isCommitting = true
      await firestore.commit(batch)
      pace.succeeded()
      return result
    } catch (error) {
      const isExpired = performance.now() - startedAt > maxTotalMs
      if (!isRetryable(error, isCommitting)) throw error
      if (isExpired) throw tooManyWriters(error)
      failure = error
      pace.failed()
      await pace.pause()
    }
  }
}

async function findCommitted<Result>(
  snapshot: Transaction,
  tried: Committed<Result>[],
): Promise<Committed<Result> | undefined> {
  const markedDocuments = new Map(
    tried.map(({ markedDocument }) => [markedDocument.name, markedDocument]),
  )
  if (markedDocuments.size === 0) return undefined
  const found = await snapshot.getAll([...markedDocuments.values()])
  const ids = new Set(found.flatMap((document) => Object.keys(marksOf(document))))
  return tried.find(({ id }) => ids.has(id))
}

/** Whether another attempt may succeed after this error, and a commit that failed with it may have succeeded. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && 'code' in error && transient.has(error.code)
}

function isRetryable(error: unknown, isCommitting: boolean): boolean {
  if (isTransient(error)) return true
  if (!(error instanceof Error) || !('code' in error)) return false
  if (isCommitting) return conflicts.has(error.code)
  // A read-only transaction that took too long.
  return (
    error.code === grpcStatus.INVALID_ARGUMENT &&
    /transaction.*(expired|no longer valid)/i.test(error.message)
  )
}

/** The error after the last attempt. Replaces the status of a failed precondition by `ABORTED`, the status for contention. */
function tooManyWriters(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (!conflicts.has(code)) return error
  const message = 'Other writers of the same documents committed first, for half a minute'
  return Object.assign(new Error(message, { cause: error }), { code: grpcStatus.ABORTED })
}

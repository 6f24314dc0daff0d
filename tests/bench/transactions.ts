import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Firestore } from '../../shared/adapters/firestore/rest/firestore.ts'
import { WriteBatch } from '../../shared/adapters/firestore/rest/write-batch.ts'
import { grpcStatus } from '../../shared/adapters/firestore/status.ts'
import { Attempt } from '../../shared/adapters/firestore/transaction/attempt.ts'
import type { Pace } from '../../shared/adapters/firestore/transaction/pace.ts'
import {
  transact as withoutLocks,
  type Work,
} from '../../shared/adapters/firestore/transaction/transact.ts'

/** The output of a measured writer. */
export interface Counts {
  /** Attempts of all groups of changes, including the first of each. */
  attempts: number
}

const counts: Counts = { attempts: 0 }
export type Strategy = 'withoutLocks' | 'withLocks'
const strategies: Record<Strategy, typeof withoutLocks> = { withoutLocks, withLocks }

process.on('exit', () => writeSync(1, JSON.stringify(counts)))

/** Replaces the catalog's `transact` in a writer: counts, and uses the mechanism of `COFFER_BENCH_STRATEGY`. */
export function transact<Result>(
  firestore: Firestore,
  work: Work<Result>,
  pace?: Pace,
): Promise<Result> {
  const name = process.env['COFFER_BENCH_STRATEGY'] as Strategy
  const counted: Work<Result> = (attempt) => {
    counts.attempts += 1
    return work(attempt)
  }
  return strategies[name](firestore, counted, pace)
}

/** Counted attempts use the other exports of the catalog's module unchanged. */
export { isTransient } from '../../shared/adapters/firestore/transaction/transact.ts'

const maxAttempts = 5

/** Transactions that lock the documents that they read until the commit, with the attempts and pauses of the official client. */
async function withLocks<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  for (let count = 1; ; count++) {
    const mark = { id: `c${randomBytes(8).toString('hex')}`, at: Date.now() }
    const batch = new WriteBatch()
    const transaction = firestore.transaction('readWrite')
    try {
      const result = await work(new Attempt(transaction, batch, mark, undefined))
      await firestore.commit(batch, await transaction.id())
      return result
    } catch (error) {
      const isConflict =
        error instanceof Error && 'code' in error && error.code === grpcStatus.ABORTED
      if (!isConflict || count === maxAttempts) throw error
      await delay(Math.random() * 1000 * 1.5 ** count)
    }
  }
}

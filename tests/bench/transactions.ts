import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import type { Firestore, WriteBatch } from '@google-cloud/firestore'
import { Attempt } from '../../shared/adapters/firestore/transaction/attempt.ts'
import {
  transact as withoutLocks,
  type Work,
} from '../../shared/adapters/firestore/transaction/transact.ts'

/** The output of a measured writer. */
export interface Counts {
  /** Attempts of all changes, including the first of each. */
  attempts: number
}

const counts: Counts = { attempts: 0 }
const strategies = { withoutLocks, withLocks }
export type Strategy = keyof typeof strategies

process.on('exit', () => writeSync(1, JSON.stringify(counts)))

/** Replaces the catalog's `transact` in a writer: counts, and uses the mechanism of `COFFER_BENCH_STRATEGY`. */
export function transact<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  const name = process.env['COFFER_BENCH_STRATEGY'] as Strategy
  return strategies[name](firestore, (attempt) => {
    counts.attempts += 1
    return work(attempt)
  })
}

/** The client's transactions, which lock the documents that they read until the commit. */
function withLocks<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  return firestore.runTransaction((transaction) => {
    const mark = { id: `c${randomBytes(8).toString('hex')}`, at: Date.now() }
    // A transaction has the write methods of a batch.
    const batch = transaction as unknown as WriteBatch
    return work(new Attempt(transaction, batch, mark, undefined))
  })
}

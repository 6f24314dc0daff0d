import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import type { Firestore, WriteBatch } from '@google-cloud/firestore'
import { Attempt } from '../../shared/adapters/firestore/transaction/attempt.ts'
import {
  transact as withoutLocks,
  type Work,
} from '../../shared/adapters/firestore/transaction/transact.ts'

/** What a writer under measurement prints when it ends. */
export interface Counts {
  /** How often changes were begun, and begun again. */
  attempts: number
}

const counts: Counts = { attempts: 0 }
const strategies = { withoutLocks, withLocks }
export type Strategy = keyof typeof strategies

process.on('exit', () => writeSync(1, JSON.stringify(counts)))

/** Takes the place of the catalog's `transact` in a writer: counts, and has the mechanism that `COFFER_BENCH_STRATEGY` names. */
export function transact<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  const name = process.env['COFFER_BENCH_STRATEGY'] as Strategy
  return strategies[name](firestore, (attempt) => {
    counts.attempts += 1
    return work(attempt)
  })
}

/** The client's own transactions: what is read is locked until the commit. */
function withLocks<Result>(firestore: Firestore, work: Work<Result>): Promise<Result> {
  return firestore.runTransaction((transaction) => {
    const mark = { id: `c${randomBytes(8).toString('hex')}`, at: Date.now() }
    // A transaction writes as a batch does.
    const batch = transaction as unknown as WriteBatch
    return work(new Attempt(transaction, batch, mark, undefined))
  })
}

import { setImmediate } from 'node:timers/promises'
import type { DatabaseSync } from 'node:sqlite'
import { isBusy, retryWhileBusy } from './busy.ts'

/** A transaction takes no further work after this time, so that requests do not wait for one long transaction. */
const maxGroupMs = 4

interface Job {
  /** Runs the work in the open transaction. Throws only if the transaction has ended. */
  run: () => Outcome
  reject: (error: unknown) => void
  /** In milliseconds of `performance.now()`. */
  deadline: number
}

/** Settles the promise of a job. Called after the commit. */
type Outcome = () => void

interface GroupOptions {
  connection: DatabaseSync
  maxWaitMs: number
  /** Runs `work` while no other work writes. */
  exclusively: (work: () => Promise<void>) => Promise<void>
  /** Throws if no transaction may begin. */
  assertIntact: () => void
  onCommit: () => void
}

/**
 * Runs the changes that arrive in one turn of the event loop in one transaction, in the order of the calls. Each change is a
 * savepoint, so that a change that throws undoes only itself. A shared transaction writes each changed page to the log once.
 */
export class TransactionGroups {
  readonly #options: GroupOptions
  #jobs: Job[] = []
  #isScheduled = false

  constructor(options: GroupOptions) {
    this.#options = options
  }

  /** Resolves when the change is committed. Throws `store-unavailable` if the database stays locked for `maxWaitMs`. */
  add<Result>(work: () => Result): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const deadline = performance.now() + this.#options.maxWaitMs
    const run = () => this.#attempt(work, { resolve, reject })
    this.#jobs.push({ run, reject, deadline })
    if (!this.#isScheduled) this.#schedule()
    return promise
  }

  #schedule(): void {
    this.#isScheduled = true
    void this.#options.exclusively(() => this.#runGroup())
  }

  async #runGroup(): Promise<void> {
    // Lets the other requests of this turn of the event loop join.
    await setImmediate()
    const deadline = this.#jobs[0]?.deadline ?? 0
    try {
      await retryWhileBusy(() => this.#commitGroup(), deadline)
    } catch (error) {
      // Still locked: only the changes whose time has passed fail.
      const now = performance.now()
      for (const job of this.#jobs) if (job.deadline <= now) job.reject(error)
      this.#jobs = this.#jobs.filter((job) => job.deadline > now)
    }
    this.#isScheduled = false
    if (this.#jobs.length > 0) this.#schedule()
  }

  /** Throws if the database is locked. Rejects the changes of a transaction that fails in any other way. */
  #commitGroup(): void {
    const { connection, assertIntact, onCommit } = this.#options
    const done: Job[] = []
    const outcomes: Outcome[] = []
    try {
      assertIntact()
      connection.exec('BEGIN IMMEDIATE')
      const started = performance.now()
      do {
        const job = this.#jobs.shift()
        if (job === undefined) break
        done.push(job)
        outcomes.push(job.run())
      } while (performance.now() - started < maxGroupMs)
      connection.exec('COMMIT')
    } catch (error) {
      if (done.length === 0 && isBusy(error)) throw error
      // SQLite itself rolls back when the disk fails or is full.
      if (connection.isTransaction) connection.exec('ROLLBACK')
      if (done.length === 0) done.push(...this.#jobs.splice(0))
      for (const { reject } of done) reject(error)
      return
    }
    onCommit()
    for (const settle of outcomes) settle()
  }

  #attempt<Result>(
    work: () => Result,
    { resolve, reject }: { resolve: (result: Result) => void; reject: (error: unknown) => void },
  ): Outcome {
    const { connection } = this.#options
    connection.exec('SAVEPOINT change')
    try {
      const result = work()
      connection.exec('RELEASE change')
      return () => resolve(result)
    } catch (error) {
      if (!connection.isTransaction) throw error
      connection.exec('ROLLBACK TO change; RELEASE change')
      return () => reject(error)
    }
  }
}

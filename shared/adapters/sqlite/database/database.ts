import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import pLimit from 'p-limit'
import { retryWhileBusy, unlessBusy } from './busy.ts'
import { Checkpoints, writeLogHeader } from './checkpoints.ts'
import { ifPresent } from '../../files/durable.ts'
import { defineFunctions } from './functions.ts'
import { migrate } from './migrate.ts'
import { TransactionGroups } from './transaction-groups.ts'
import { WalSync, type VisibleCommits } from './wal-sync.ts'

const cacheKib = 16 * 1024

export interface DatabaseOptions {
  /** How long a transaction waits for transactions of other processes, without blocking the thread. */
  maxWaitMs?: number
  /** The size of the write-ahead log above which a checkpoint runs. */
  walBytes?: number
}

const defaults = { maxWaitMs: 10_000, walBytes: 16 * 1024 * 1024 }

/**
 * The SQLite database `{directory}/coffer.sqlite`, or `:memory:`. Several processes may open the same file.
 *
 * Statements run on the calling thread, and never block it for a lock or a sync. A transaction is one synchronous function,
 * so transactions on the one connection do not interleave. Commits do not sync. The promises of `write` and `read` resolve
 * after a sync of the commits that their results depend on (docs/decisions/group-commit.md).
 */
export class Database implements AsyncDisposable {
  readonly #connection: DatabaseSync
  readonly #maxWaitMs: number
  readonly #statements = new Map<string, StatementSync>()
  /** Runs one writing transaction at a time, in the order of the calls. */
  readonly #oneAtATime = pLimit(1)
  readonly #groups: TransactionGroups
  #commits = 0
  #wal: { sync: WalSync; checkpoints: Checkpoints } | undefined

  private constructor(connection: DatabaseSync, maxWaitMs: number) {
    this.#connection = connection
    this.#maxWaitMs = maxWaitMs
    this.#groups = new TransactionGroups({
      connection,
      maxWaitMs,
      exclusively: (work) => this.#oneAtATime(work),
      assertIntact: () => this.#wal?.sync.assertIntact(),
      onCommit: () => (this.#commits += 1),
    })
  }

  static async open(directory: string, options: DatabaseOptions = {}): Promise<Database> {
    const { maxWaitMs, walBytes } = { ...defaults, ...options }
    const isFile = directory !== ':memory:'
    if (isFile) await mkdir(directory, { recursive: true, mode: 0o700 })
    const path = isFile ? join(directory, 'coffer.sqlite') : directory
    const leftoverBytes = isFile ? await sizeOf(`${path}-wal`) : 0
    const connection = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
    try {
      defineFunctions(connection)
      const database = new Database(connection, maxWaitMs)
      await database.#setUp(walBytes)
      if (isFile) await database.#openLog({ path, walBytes, leftoverBytes })
      return database
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** Prepares each SQL text once and caches it. Pass values as parameters, to keep the number of texts small. */
  prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql)
    if (prepared !== undefined) return prepared
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /**
   * Runs `work` in a transaction that excludes the writers of all processes. Rolls back if `work` throws. Resolves when the
   * commit survives a power cut. Throws `store-unavailable` if another process holds the lock for longer than `maxWaitMs`.
   */
  async write<Result>(work: () => Result): Promise<Result> {
    const result = await this.commit(work)
    await this.flush()
    return result
  }

  /** Like `write`, but resolves when the commit is visible. A power cut can undo it until `flush` resolves. */
  commit<Result>(work: () => Result): Promise<Result> {
    return this.#groups.add(work)
  }

  /** Resolves when every commit that is visible now, from any process, survives a power cut. */
  async flush(): Promise<void> {
    await this.#wal?.sync.until(this.#visibleCommits())
  }

  /**
   * Runs `work` on one snapshot of the database. Resolves when that snapshot survives a power cut, so that no result depends
   * on a commit that could be lost.
   */
  async read<Result>(work: () => Result): Promise<Result> {
    const transaction = () =>
      this.#transaction('BEGIN', () => ({
        result: work(),
        visible: this.#wal && this.#visibleCommits(),
      }))
    const deadline = performance.now() + this.#maxWaitMs
    const { result, visible } = await retryWhileBusy(transaction, deadline)
    if (visible) await this.#wal?.sync.until(visible)
    return result
  }

  /** Waits for the transactions that are running or queued, then closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#oneAtATime(() => undefined)
    await this.#wal?.sync[Symbol.asyncDispose]()
    const connection = { [Symbol.dispose]: () => this.#close() }
    if (this.#wal) await this.#wal.checkpoints.close(connection)
    else this.#close()
  }

  async #setUp(walBytes: number): Promise<void> {
    const deadline = performance.now() + this.#maxWaitMs
    await retryWhileBusy(() => this.#connection.exec('PRAGMA journal_mode = WAL'), deadline)
    this.#connection.exec(`
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -${cacheKib};
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = ${walBytes};
    `)
    await this.commit(() => {
      migrate(this.#connection)
      this.#connection.exec(writeLogHeader)
    })
  }

  async #openLog(log: { path: string; walBytes: number; leftoverBytes: number }): Promise<void> {
    const { path, walBytes, leftoverBytes } = log
    const withoutWrites = (work: () => Promise<void>) => this.#oneAtATime(work)
    const checkpoints = new Checkpoints({ path, walBytes, withoutWrites })
    // A program that did not close the database may have left unsynced commits in the log. A checkpoint syncs them.
    if (leftoverBytes > 0) await checkpoints.run()
    const sync = await WalSync.open({
      path: `${path}-wal`,
      visibleCommits: () => this.#visibleCommits(),
      onSynced: (bytes) => checkpoints.startIfLarge(bytes),
    })
    this.#wal = { sync, checkpoints }
  }

  #visibleCommits(): VisibleCommits {
    const others = unlessBusy(() => this.prepare('PRAGMA data_version').get()?.['data_version'])
    return { commits: this.#commits, others: others === undefined ? undefined : Number(others) }
  }

  #transaction<Result>(begin: string, work: () => Result): Result {
    this.#connection.exec(begin)
    try {
      const result = work()
      this.#connection.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite itself rolls back when the disk fails or is full.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      throw error
    }
  }

  #close(): void {
    this.#statements.clear()
    this.#connection.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await ifPresent(stat(path)))?.size ?? 0
}

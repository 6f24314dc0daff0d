import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import pLimit from 'p-limit'
import { unlessBusy, whenFree } from './busy.ts'
import { Checkpoints } from './checkpoints.ts'
import { ifPresent } from '../../files/durable.ts'
import { migrate } from './migrate.ts'
import { startLog } from './start-log.ts'
import { WalSync, type Seen } from './wal-sync.ts'

const cacheKib = 16 * 1024

export interface DatabaseOptions {
  /** How long a transaction waits for another process's, without blocking the thread. */
  maxWaitMs?: number
  /** The size of the write-ahead log at which its content is copied into the database. */
  walBytes?: number
}

const defaults = { maxWaitMs: 10_000, walBytes: 16 * 1024 * 1024 }

/**
 * The one SQLite file of a machine, `{directory}/coffer.sqlite`, or `:memory:`. Several processes may open it at once.
 *
 * Statements run on the calling thread and never wait there: not for another writer's lock, and not for the disk. A
 * transaction is one synchronous function, so that no other runs in between on the one connection. Commits are written without
 * a sync; promises of `write` and `read` resolve when what they tell of is on the disk (docs/decisions/group-commit.md).
 */
export class Database implements AsyncDisposable {
  readonly #connection: DatabaseSync
  readonly #maxWaitMs: number
  readonly #statements = new Map<string, StatementSync>()
  /** Transactions that write take turns, first come, first served. */
  readonly #inTurn = pLimit(1)
  #commits = 0
  #wal: { sync: WalSync; checkpoints: Checkpoints } | undefined

  private constructor(connection: DatabaseSync, maxWaitMs: number) {
    this.#connection = connection
    this.#maxWaitMs = maxWaitMs
  }

  static async open(directory: string, options: DatabaseOptions = {}): Promise<Database> {
    const { maxWaitMs, walBytes } = { ...defaults, ...options }
    const isFile = directory !== ':memory:'
    if (isFile) await mkdir(directory, { recursive: true, mode: 0o700 })
    const path = isFile ? join(directory, 'coffer.sqlite') : directory
    const leftBytes = isFile ? await sizeOf(`${path}-wal`) : 0
    const connection = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
    try {
      const database = new Database(connection, maxWaitMs)
      await database.#setUp(walBytes)
      if (isFile) await database.#openLog({ path, walBytes, leftBytes })
      return database
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** The statement of a text, prepared once. Values go in as parameters, so that there are few texts. */
  prepare(sql: string): StatementSync {
    const prepared = this.#statements.get(sql)
    if (prepared !== undefined) return prepared
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /**
   * Runs `work` alone among the writers of all processes: all of it is kept, or where it throws nothing. Resolves when it
   * survives a power cut. Throws `store-unavailable` where another process's transaction lasts too long.
   */
  async write<Result>(work: () => Result): Promise<Result> {
    const result = await this.commit(work)
    await this.flush()
    return result
  }

  /** As `write`, but resolves when the change is visible; a power cut may take it back until `flush`. */
  commit<Result>(work: () => Result): Promise<Result> {
    const deadline = performance.now() + this.#maxWaitMs
    const transaction = () => {
      this.#wal?.sync.assertWhole()
      const result = this.#transaction('BEGIN IMMEDIATE', work)
      this.#commits += 1
      return result
    }
    return this.#inTurn(() => whenFree(transaction, deadline))
  }

  /** Resolves when all that is committed now, by any process, survives a power cut. */
  async flush(): Promise<void> {
    await this.#wal?.sync.until(this.#seen())
  }

  /**
   * Runs `work` on one state of the database, whatever is written meanwhile. Resolves when that state survives a power cut:
   * no answer tells of a change that may be taken back.
   */
  async read<Result>(work: () => Result): Promise<Result> {
    const transaction = () =>
      this.#transaction('BEGIN', () => ({ result: work(), seen: this.#wal && this.#seen() }))
    const { result, seen } = await whenFree(transaction, performance.now() + this.#maxWaitMs)
    if (seen) await this.#wal?.sync.until(seen)
    return result
  }

  /** Waits for the transactions under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => undefined)
    await this.#wal?.sync[Symbol.asyncDispose]()
    const connection = { [Symbol.dispose]: () => this.#close() }
    if (this.#wal) await this.#wal.checkpoints.close(connection)
    else this.#close()
  }

  async #setUp(walBytes: number): Promise<void> {
    const deadline = performance.now() + this.#maxWaitMs
    await whenFree(() => this.#connection.exec('PRAGMA journal_mode = WAL'), deadline)
    this.#connection.exec(`
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -${cacheKib};
      PRAGMA journal_size_limit = ${walBytes};
    `)
    await this.commit(() => {
      migrate(this.#connection)
      this.#connection.exec(startLog)
    })
  }

  async #openLog(log: { path: string; walBytes: number; leftBytes: number }): Promise<void> {
    const { path, walBytes, leftBytes } = log
    const inTurn = (work: () => Promise<void>) => this.#inTurn(work)
    const checkpoints = new Checkpoints({ path, walBytes, inTurn })
    // A program that ended without closing the file may have left what a failed sync has lost.
    if (leftBytes > 0) await checkpoints.run()
    const sync = await WalSync.open({
      path: `${path}-wal`,
      seen: () => this.#seen(),
      onSynced: (bytes) => checkpoints.consider(bytes),
    })
    this.#wal = { sync, checkpoints }
  }

  #seen(): Seen {
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
      // SQLite itself rolls back where the disk fails or is full.
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

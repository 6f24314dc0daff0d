import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { migrations } from './migrations.ts'

const busyTimeoutMs = 10_000
const cacheKib = 16 * 1024
const walMaxBytes = 64 * 1024 * 1024
const sqliteBusy = 5

/**
 * The one SQLite file of a machine, `{directory}/coffer.sqlite`, or `:memory:`. Several processes may open it at once.
 * A commit is on the disk when it returns: neither `kill -9` nor a power cut takes it back. Every call blocks the thread
 * while it runs, so statements are short.
 */
export class Database implements Disposable {
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  static async open(directory: string): Promise<Database> {
    const isFile = directory !== ':memory:'
    if (isFile) await mkdir(directory, { recursive: true, mode: 0o700 })
    const connection = new DatabaseSync(isFile ? join(directory, 'coffer.sqlite') : directory, {
      timeout: busyTimeoutMs,
      enableForeignKeyConstraints: true,
    })
    try {
      await enableWal(connection)
      connection.exec(`
        PRAGMA synchronous = FULL;
        PRAGMA cache_size = -${cacheKib};
        PRAGMA journal_size_limit = ${walMaxBytes};
      `)
      const database = new Database(connection)
      database.write(() => migrate(connection))
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

  /** Runs `work` alone among the writers of all processes: all of it is kept, or where it throws nothing. */
  write<Result>(work: () => Result): Result {
    return this.#transaction('BEGIN IMMEDIATE', work)
  }

  /** Runs `work` on one state of the database, whatever is written meanwhile. */
  read<Result>(work: () => Result): Result {
    return this.#transaction('BEGIN', work)
  }

  [Symbol.dispose](): void {
    this.#statements.clear()
    this.#connection.close()
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
}

/** Of several processes that open a new file at once SQLite turns some away without the busy timeout: they ask again. */
async function enableWal(connection: DatabaseSync): Promise<void> {
  const deadline = Date.now() + busyTimeoutMs
  for (;;) {
    try {
      connection.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      await setTimeout(20)
    }
  }
}

export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  // The low byte is the code, the rest its variants, such as SQLITE_BUSY_RECOVERY.
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy
}

function migrate(connection: DatabaseSync): void {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > migrations.length) {
    throw new Error(
      `The catalog is at version ${version} and this program knows ${migrations.length}: start a newer Coffer.`,
    )
  }
  if (version === migrations.length) return
  for (const step of migrations.slice(version)) connection.exec(step)
  connection.exec(`PRAGMA user_version = ${migrations.length}`)
}

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { unlessBusy } from './database/busy.ts'

const retryMs = 20
const deadlineMs = 10_000

/**
 * Detects whether this process is the only one that uses a storage directory. Each process holds a shared lock on
 * `{directory}/presence.sqlite` from before its first write until disposal. The operating system releases the lock of a
 * process that dies, also after `kill -9`. `open` first tries to take the lock exclusively, which succeeds only while no
 * other process holds it.
 */
export class DirectoryLock implements Disposable {
  readonly #connection: DatabaseSync
  /**
   * An instant at which no process used the directory, not even this one. Work that started earlier was interrupted.
   * Undefined if another process held the lock.
   */
  readonly exclusiveSince: Date | undefined

  private constructor(connection: DatabaseSync, exclusiveSince: Date | undefined) {
    this.#connection = connection
    this.exclusiveSince = exclusiveSince
  }

  static async open({
    directory,
    now,
  }: {
    directory: string
    now: () => Date
  }): Promise<DirectoryLock> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const connection = new DatabaseSync(join(directory, 'presence.sqlite'), { timeout: 0 })
    try {
      const exclusiveSince = takeExclusive(connection, now)
      // Another process may hold the exclusive lock. It releases the lock before it begins to work.
      const deadline = Date.now() + deadlineMs
      while (!takeShared(connection)) {
        if (Date.now() > deadline) throw new Error(`${directory}/presence.sqlite stays locked`)
        await setTimeout(retryMs)
      }
      return new DirectoryLock(connection, exclusiveSince)
    } catch (error) {
      connection.close()
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close()
  }
}

function takeExclusive(connection: DatabaseSync, now: () => Date): Date | undefined {
  if (!isFree(connection, 'BEGIN EXCLUSIVE')) return undefined
  const instant = now()
  connection.exec('ROLLBACK')
  return instant
}

/** Takes the shared lock with the first read of a transaction that stays open until the connection closes. */
function takeShared(connection: DatabaseSync): boolean {
  if (!connection.isTransaction) connection.exec('BEGIN')
  return isFree(connection, 'SELECT count(*) FROM sqlite_schema')
}

function isFree(connection: DatabaseSync, sql: string): boolean {
  const run = () => {
    connection.exec(sql)
    return true
  }
  return unlessBusy(run) ?? false
}

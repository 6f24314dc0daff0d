import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { unlessBusy } from './database/busy.ts'

const retryMs = 20
const deadlineMs = 10_000

/**
 * A process's mark on a storage directory, from before its first write until it is disposed or dies, `kill -9` included: a
 * shared lock on `{directory}/presence.sqlite`, which the operating system lets go of. A process that finds no other takes
 * the lock for itself alone for a moment.
 */
export class DirectoryLock implements Disposable {
  readonly #connection: DatabaseSync
  /**
   * An instant at which no other process was at work on the directory, nor this one yet: whatever was under way before is
   * over. Undefined where others are at work.
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
      // Whoever is alone for its moment is soon done: then both are here, and neither has begun its work before.
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

/** A transaction holds its shared lock from its first read to its end, which is the process's. */
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

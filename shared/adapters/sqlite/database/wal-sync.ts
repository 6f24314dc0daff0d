import { fstatSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'

/**
 * The commits that a connection sees: the number that it made itself, and `PRAGMA data_version` for the commits of other
 * connections (undefined if it could not be read).
 */
export interface VisibleCommits {
  commits: number
  others: number | undefined
}

interface WalSyncOptions {
  path: string
  /** Reads the commits that are visible now. */
  visibleCommits: () => VisibleCommits
  /** Called after each sync with the size of the file. */
  onSynced: (walBytes: number) => void
}

/**
 * Group commit. SQLite writes commits to the write-ahead log without a sync (`synchronous = NORMAL`). One `fdatasync` on the
 * thread pool makes the commits of all waiting callers durable. SQLite keeps the log file while a connection of this process
 * is open, and a checkpoint syncs the commits that it moves into the database (docs/decisions/group-commit.md).
 *
 * After a failed sync every later call fails, because the kernel reports a lost write once and then treats its pages as
 * written.
 */
export class WalSync implements AsyncDisposable {
  readonly #file: FileHandle
  readonly #options: WalSyncOptions
  #durable: VisibleCommits = { commits: 0, others: undefined }
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(file: FileHandle, options: WalSyncOptions) {
    this.#file = file
    this.#options = options
  }

  static async open(options: WalSyncOptions): Promise<WalSync> {
    return new WalSync(await open(options.path, 'r+'), options)
  }

  /** Throws after a failed sync, because no transaction may depend on commits that may be lost. */
  assertIntact(): void {
    if (this.#failure) throw this.#failure
  }

  /** Resolves when the given commits are durable. */
  async until({ commits, others }: VisibleCommits): Promise<void> {
    const durable = this.#durable
    if (commits <= durable.commits && others !== undefined && others === durable.others) return
    // The running sync may have started before these commits. All callers share the next sync until it starts.
    await (this.#next ??= this.#sync())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#next ?? this.#running).catch(() => undefined)
    await this.#file.close()
  }

  async #sync(): Promise<void> {
    // Rejects after a failed sync. `#next` then stays rejected, so every later call rejects too.
    await this.#running
    // Let the other requests of this turn of the event loop commit, so that they share the sync.
    await setImmediate()
    const sync = this.#next
    this.#next = undefined
    this.#running = sync ?? this.#running
    const visible = this.#options.visibleCommits()
    try {
      await this.#file.datasync()
    } catch (cause) {
      this.#failure = new Error(
        'The write-ahead log of the database could not be synced. Changes may be lost. Restart the program.',
        { cause },
      )
      throw this.#failure
    }
    this.#durable = visible
    this.#options.onSynced(fstatSync(this.#file.fd).size)
  }
}

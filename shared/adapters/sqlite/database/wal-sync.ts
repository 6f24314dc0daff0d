import { fstatSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'

/** The commits that a connection sees: its own by number, those of other connections by `PRAGMA data_version`. */
export interface Seen {
  commits: number
  others: number | undefined
}

interface WalSyncOptions {
  path: string
  /** Reads what is committed now. */
  seen: () => Seen
  /** Hears the size of the file after each sync. */
  onSynced: (walBytes: number) => void
}

/**
 * Makes commits durable that SQLite has written to its write-ahead log without a sync (`synchronous = NORMAL`): one
 * `fdatasync` on the thread pool for all that wait at a time. The file stays the same while a connection of this process
 * is open, and a commit that a checkpoint has moved out of it is synced in the database
 * (docs/decisions/group-commit.md).
 *
 * A sync that fails fails all later ones: the kernel reports a lost write once, and then takes its pages for written.
 */
export class WalSync implements AsyncDisposable {
  readonly #file: FileHandle
  readonly #options: WalSyncOptions
  #durable: Seen = { commits: 0, others: undefined }
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

  /** Throws where a commit may have been lost: nothing may be committed on top of it. */
  assertWhole(): void {
    if (this.#failure) throw this.#failure
  }

  /** Resolves when everything in `seen` is durable; at once, where it is. */
  async until({ commits, others }: Seen): Promise<void> {
    const durable = this.#durable
    if (commits <= durable.commits && others !== undefined && others === durable.others) return
    // A sync that runs began too early; all that come before the next one begins share that.
    await (this.#next ??= this.#sync())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#next ?? this.#running).catch(() => undefined)
    await this.#file.close()
  }

  async #sync(): Promise<void> {
    // Rejects after a failure, and so does every later call: `#next` keeps this promise.
    await this.#running
    // Commits of requests that are ready in the same turn of the loop share it.
    await setImmediate()
    const sync = this.#next
    this.#next = undefined
    this.#running = sync ?? this.#running
    const seen = this.#options.seen()
    try {
      await this.#file.datasync()
    } catch (cause) {
      this.#failure = new Error(
        'The write-ahead log of the database could not be synced; changes may be lost. Restart the program.',
        { cause },
      )
      throw this.#failure
    }
    this.#durable = seen
    this.#options.onSynced(fstatSync(this.#file.fd).size)
  }
}

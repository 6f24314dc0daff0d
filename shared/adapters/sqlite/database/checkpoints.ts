import { SqlThread } from './sql-thread.ts'

/** "Coff" */
const applicationId = 0x436f_6666

/**
 * Rewrites one page with the same content. The first write to a new or restarted log syncs the log's header (unless
 * `synchronous` is `OFF`). Run this outside requests, so that no request waits for that sync.
 */
export const writeLogHeader = `PRAGMA application_id = ${applicationId}`

const minPauseMs = 1000
/** How long a checkpoint waits for readers and writers of other processes. */
const timeoutMs = 1000

interface CheckpointOptions {
  path: string
  /** The size of the write-ahead log above which a checkpoint runs. */
  walBytes: number
  /** Runs work while no transaction of this process writes. */
  withoutWrites: (work: () => Promise<void>) => Promise<void>
}

/**
 * Copies the write-ahead log into the database. This keeps the log small. A worker thread runs the statements, so that no
 * request waits for their syncs.
 */
export class Checkpoints {
  readonly #options: CheckpointOptions
  #running: Promise<void> | undefined
  #notBefore = 0

  constructor(options: CheckpointOptions) {
    this.#options = options
  }

  /**
   * Starts a checkpoint if the log is too large and no checkpoint is running. Reports a failure as a warning, because a later
   * call tries again.
   */
  startIfLarge(walBytes: number): void {
    if (walBytes <= this.#options.walBytes || this.#running) return
    if (performance.now() < this.#notBefore) return
    this.#running = this.run()
      .catch((error: unknown) => {
        process.emitWarning(
          `Cannot checkpoint the write-ahead log of the catalog: ${String(error)}`,
          'CofferWarning',
        )
      })
      .finally(() => {
        this.#running = undefined
        this.#notBefore = performance.now() + minPauseMs
      })
  }

  /** Copies most of the log while transactions run, and the rest while this process does not write. Then restarts the log. */
  async run(): Promise<void> {
    const { path, walBytes, withoutWrites } = this.#options
    await using thread = await SqlThread.open({ path, timeoutMs })
    await thread.run('PRAGMA wal_checkpoint(PASSIVE)')
    const restart = `PRAGMA journal_size_limit = ${walBytes}; PRAGMA wal_checkpoint(RESTART); ${writeLogHeader}`
    await withoutWrites(() => thread.run(restart))
  }

  /**
   * Closes a connection while the worker thread has another open. SQLite checkpoints when the last connection closes. The
   * thread's connection closes last, so this thread does not wait for the checkpoint.
   */
  async close(connection: Disposable): Promise<void> {
    await this.#running
    const thread = await SqlThread.open({ path: this.#options.path, timeoutMs }).catch(
      () => undefined,
    )
    connection[Symbol.dispose]()
    await thread?.[Symbol.asyncDispose]()
  }
}

import { startLog } from './start-log.ts'
import { SqlThread } from './sql-thread.ts'

const minPauseMs = 1000
/** How long the thread waits for readers and writers of other processes. */
const timeoutMs = 1000

interface CheckpointOptions {
  path: string
  /** The size of the write-ahead log at which it is copied. */
  walBytes: number
  /** Runs work while nothing in this process writes. */
  inTurn: (work: () => Promise<void>) => Promise<void>
}

/** Copies the write-ahead log into the database in a thread, so that the log stays small and no request waits for a sync. */
export class Checkpoints {
  readonly #options: CheckpointOptions
  #running: Promise<void> | undefined
  #notBefore = 0

  constructor(options: CheckpointOptions) {
    this.#options = options
  }

  /** Begins a checkpoint where the log is too large and none is under way. A failure is a warning: the next one comes. */
  consider(walBytes: number): void {
    if (walBytes <= this.#options.walBytes || this.#running) return
    if (performance.now() < this.#notBefore) return
    this.#running = this.run()
      .catch((error: unknown) => {
        process.emitWarning(
          `The catalog's log could not be copied: ${String(error)}`,
          'CofferWarning',
        )
      })
      .finally(() => {
        this.#running = undefined
        this.#notBefore = performance.now() + minPauseMs
      })
  }

  /** Copies most of the log while others write, the rest while this process does not, and then starts the log from its beginning. */
  async run(): Promise<void> {
    const { path, walBytes, inTurn } = this.#options
    await using thread = await SqlThread.open({ path, timeoutMs })
    await thread.run('PRAGMA wal_checkpoint(PASSIVE)')
    const restart = `PRAGMA journal_size_limit = ${walBytes}; PRAGMA wal_checkpoint(RESTART); ${startLog}`
    await inTurn(() => thread.run(restart))
  }

  /**
   * Closes a connection of this process while the thread has one: the last connection of a file copies the log, and the
   * thread's closes after it.
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

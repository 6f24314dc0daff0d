import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

interface SqlThreadOptions {
  path: string
  /** How long a statement waits for locks, blocking the thread. */
  timeoutMs: number
}

/** A connection in a worker thread, for statements that sync. On the main thread they would block every request. */
export class SqlThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>

  private constructor(worker: Worker) {
    this.#worker = worker
    this.#exited = new Promise((resolve) => worker.once('exit', resolve))
    // `once` rejects the promise of the running statement. An error outside a statement would end the process without this
    // listener.
    worker.on('error', () => undefined)
  }

  static async open(workerData: SqlThreadOptions): Promise<SqlThread> {
    // Started from source text, because a bundled program has no separate file for the worker.
    const worker = new Worker(`(${serve.toString()})()`, {
      eval: true,
      execArgv: [],
      workerData,
    })
    await once(worker, 'message')
    return new SqlThread(worker)
  }

  async run(sql: string): Promise<void> {
    const done = once(this.#worker, 'message')
    this.#worker.postMessage(sql)
    await done
  }

  /** Closes the connection in the thread. If it is the last one to the file, SQLite checkpoints the log there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage(undefined)
    await this.#exited
  }
}

/** The program of the thread. It is serialized with `toString`, so it must not refer to anything outside. */
function serve(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { path, timeoutMs } = workerData as SqlThreadOptions
  const connection = new DatabaseSync(path, { timeout: timeoutMs })
  // The first read attaches the connection to the log.
  connection.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA user_version')
  parentPort?.on('message', (sql: string | undefined) => {
    if (sql === undefined) {
      connection.close()
      parentPort.close()
      return
    }
    connection.exec(sql)
    parentPort.postMessage('done')
  })
  parentPort?.postMessage('open')
}

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

interface Opened {
  path: string
  /** How long a statement waits for locks, blocking the thread. */
  timeoutMs: number
}

/** A connection in a thread of its own, for statements that sync: they would block every request. */
export class SqlThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>

  private constructor(worker: Worker) {
    this.#worker = worker
    this.#exited = new Promise((resolve) => worker.once('exit', resolve))
    // A failure rejects the statement that runs.
    worker.on('error', () => undefined)
  }

  static async open(workerData: Opened): Promise<SqlThread> {
    // From source text: a program that bundles this file has no other file to start.
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

  /** Closes the connection in the thread: as the last of the file it copies the log into the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage(undefined)
    await this.#exited
  }
}

/** The thread's whole program: it refers to nothing outside. */
function serve(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { path, timeoutMs } = workerData as Opened
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

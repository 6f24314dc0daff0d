import type { Readable } from 'node:stream'
import type { Scanner, ScannerVersion, Verdict } from '../../workspace/ports.ts'
import { ClamdProcess, type ClamdStart } from './clamd-process.ts'
import { ClamdScanner } from './clamd-scanner.ts'
import { unavailable } from './unavailable.ts'

/**
 * A clamd of Coffer's own that need not have started yet: loading the official signatures takes tens of seconds. A scan
 * waits for it; where it does not start, every scan is `scanner-unavailable`.
 */
export class StartingClamd implements Scanner, AsyncDisposable {
  readonly #daemon: Promise<ClamdProcess>
  readonly #scanner: Promise<ClamdScanner>
  #hasStarted = false

  private constructor(daemon: Promise<ClamdProcess>, concurrency: number) {
    this.#daemon = daemon
    this.#scanner = daemon.then(
      ({ socketPath }) => {
        this.#hasStarted = true
        return new ClamdScanner({ path: socketPath }, { concurrency })
      },
      (error: unknown) => {
        throw unavailable(error)
      },
    )
    // Told to whoever scans; before anyone does, nobody listens.
    this.#scanner.catch(() => undefined)
  }

  static open(start: ClamdStart, concurrency: number): StartingClamd {
    return new StartingClamd(ClamdProcess.open(start), concurrency)
  }

  async scan(body: Readable, options?: { signal?: AbortSignal }): Promise<Verdict> {
    try {
      return await (await this.#scanner).scan(body, options)
    } finally {
      body.destroy()
    }
  }

  /** Does not wait: throws `scanner-unavailable` while clamd is starting. */
  async version(): Promise<ScannerVersion> {
    if (!this.#hasStarted) throw unavailable('clamd is loading its signatures')
    return (await this.#scanner).version()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const daemon = await this.#daemon.catch(() => undefined)
    await daemon?.[Symbol.asyncDispose]()
  }
}

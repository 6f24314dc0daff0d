import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Verdict } from '../../model/verdict.ts'
import type { ScanOptions, Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { ClamdProcess, type ClamdStart } from './clamd-process.ts'
import { ClamdScanner } from './clamd-scanner.ts'
import { ask } from './exchange.ts'
import { linkSignatures } from './signatures.ts'
import { unavailable } from './unavailable.ts'

interface SupervisedClamdOptions {
  start: Omit<ClamdStart, 'signal'>
  /** Limit of concurrent scans. */
  concurrency: number
  /** Called when clamd fails to start, ends, hangs, or becomes ready. */
  log: (entry: { severity: 'INFO' | 'WARNING'; message: string }) => void
  /** Interval of the liveness check, and the limit for its reply. */
  livenessMs?: number
}

/** Longer than loading new signatures takes, because clamd does not answer while it loads them. */
const defaultLivenessMs = 120_000
const shortestPauseMs = 250
const longestPauseMs = 60_000
/** After a run of this length, the restart pause is reset. */
const stableMs = 60_000

/**
 * Runs clamd as a child process and restarts it when it ends, hangs or does not start, after pauses that double up to a minute.
 * Scans wait while clamd loads its signatures, which takes tens of seconds. They fail with `scanner-unavailable` between runs.
 */
export class SupervisedClamd implements Scanner, AsyncDisposable {
  readonly #options: SupervisedClamdOptions
  readonly #disposal = new AbortController()
  readonly #supervision: Promise<void>
  #scanner!: Promise<ClamdScanner>
  #isUp = false

  private constructor(options: SupervisedClamdOptions) {
    this.#options = options
    this.#supervision = this.#supervise(this.#disposal.signal)
  }

  static open(options: SupervisedClamdOptions): SupervisedClamd {
    return new SupervisedClamd(options)
  }

  async scan(body: Readable, options: ScanOptions = {}): Promise<Verdict> {
    try {
      const scanner = await orAborted(this.#scanner, options.signal)
      return await scanner.scan(body, options)
    } finally {
      body.destroy()
    }
  }

  /** Throws `scanner-unavailable` while clamd is starting, without waiting. */
  async version(): Promise<ScannerVersion> {
    if (!this.#isUp) throw unavailable('clamd is loading its signatures')
    return (await this.#scanner).version()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort()
    await this.#supervision
  }

  async #supervise(disposed: AbortSignal): Promise<void> {
    let pauseMs = shortestPauseMs
    while (!disposed.aborted) {
      const startedAt = performance.now()
      const end = await this.#run(disposed).catch(
        (error: unknown) => `clamd does not start: ${String(error)}`,
      )
      this.#isUp = false
      if (disposed.aborted) break
      if (performance.now() - startedAt > stableMs) pauseMs = shortestPauseMs
      const message = `${end}; restarting in ${pauseMs} ms, files stay pending.`
      this.#options.log({ severity: 'WARNING', message })
      await setTimeout(pauseMs, undefined, { signal: disposed }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  /** Runs clamd once. Resolves to a description of how it ended. */
  async #run(disposed: AbortSignal): Promise<string> {
    const { start, concurrency, log, livenessMs = defaultLivenessMs } = this.#options
    const signatures = join(start.directory, 'signatures')
    const link = () => linkSignatures(start.databaseDirectory, signatures)
    const starting = link().then(() =>
      ClamdProcess.open({ ...start, databaseDirectory: signatures, signal: disposed }),
    )
    this.#scanner = starting.then(
      ({ socketPath }) => new ClamdScanner({ path: socketPath }, { concurrency }),
      (error: unknown) => {
        throw unavailable(error)
      },
    )
    // `scan` reports the error. This handler prevents an unhandled rejection if no scan is waiting.
    this.#scanner.catch(() => undefined)
    try {
      await using clamd = await starting
      this.#isUp = true
      log({ severity: 'INFO', message: 'clamd has loaded its signatures and is ready.' })
      const done = new AbortController()
      const signal = AbortSignal.any([disposed, done.signal])
      const reasons = [
        clamd.ended.then((how) => `clamd ended (${how})`),
        watchLiveness(clamd.socketPath, { livenessMs, link }, signal),
      ]
      const reason = await Promise.race(reasons)
      done.abort()
      return reason
    } catch (error) {
      return `clamd does not start: ${String(error)}`
    }
  }
}

/**
 * Pings clamd regularly. Resolves to a reason once clamd does not answer in time or the signal aborts. Also links new signatures,
 * which clamd then loads by itself.
 */
async function watchLiveness(
  socketPath: string,
  { livenessMs, link }: { livenessMs: number; link: () => Promise<void> },
  signal: AbortSignal,
): Promise<string> {
  const timeouts = {
    connectTimeoutMs: livenessMs,
    idleTimeoutMs: livenessMs,
    replyTimeoutMs: livenessMs,
  }
  for (;;) {
    const aborted = await setTimeout(livenessMs, false, { signal }).catch(() => true)
    if (aborted) return 'clamd is no longer needed'
    // Ignores an unreadable directory until the next check. clamd continues with its loaded signatures.
    await link().catch(() => undefined)
    const reply = await ask({ path: socketPath }, 'PING', timeouts).catch(() => undefined)
    if (reply !== 'PONG') return 'clamd hangs'
  }
}

async function orAborted<Value>(value: Promise<Value>, signal?: AbortSignal): Promise<Value> {
  if (!signal) return value
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([value, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Verdict } from '../../model/verdict.ts'
import type { ScanOptions, Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { ClamdProcess, type ClamdStart } from './clamd-process.ts'
import { ask, ClamdScanner } from './clamd-scanner.ts'
import { linkSignatures } from './signatures.ts'
import { unavailable } from './unavailable.ts'

export interface OwnClamdOptions {
  start: Omit<ClamdStart, 'signal'>
  /** Scans at once. */
  concurrency: number
  /** Told when clamd does not start, ends or hangs, and when it is there again. */
  log: (entry: { severity: 'INFO' | 'WARNING'; message: string }) => void
  /** How often a clamd that runs is asked whether it still answers, and how long it may take to. */
  livenessMs?: number
}

/** Longer than loading new signatures takes: clamd answers nothing meanwhile. */
const defaultLivenessMs = 120_000
const shortestPauseMs = 250
const longestPauseMs = 60_000
/** A clamd that ran for so long did not end because it was started. */
const stableMs = 60_000

/**
 * A clamd of Coffer's own that need not have started yet: loading the official signatures takes tens of seconds, and a
 * scan waits for it. One that ends, hangs or does not start is started again, after pauses that double up to a minute;
 * meanwhile scans are `scanner-unavailable`.
 */
export class OwnClamd implements Scanner, AsyncDisposable {
  readonly #options: OwnClamdOptions
  readonly #disposal = new AbortController()
  readonly #supervision: Promise<void>
  #scanner!: Promise<ClamdScanner>
  #isUp = false

  private constructor(options: OwnClamdOptions) {
    this.#options = options
    this.#supervision = this.#supervise(this.#disposal.signal)
  }

  static open(options: OwnClamdOptions): OwnClamd {
    return new OwnClamd(options)
  }

  async scan(body: Readable, options: ScanOptions = {}): Promise<Verdict> {
    try {
      const scanner = await orAborted(this.#scanner, options.signal)
      return await scanner.scan(body, options)
    } finally {
      body.destroy()
    }
  }

  /** Does not wait: throws `scanner-unavailable` while clamd is starting. */
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
        (error: unknown) => `clamd does not run: ${String(error)}`,
      )
      this.#isUp = false
      if (disposed.aborted) break
      if (performance.now() - startedAt > stableMs) pauseMs = shortestPauseMs
      const message = `${end}; it is started again in ${pauseMs} ms, and files stay pending.`
      this.#options.log({ severity: 'WARNING', message })
      await setTimeout(pauseMs, undefined, { signal: disposed }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  /** One life of clamd; resolves to how it ended. */
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
    // Told to whoever scans; before anyone does, nobody listens.
    this.#scanner.catch(() => undefined)
    try {
      await using clamd = await starting
      this.#isUp = true
      log({ severity: 'INFO', message: 'clamd has loaded its signatures and scans.' })
      const over = new AbortController()
      const reasons = [
        clamd.ended.then((how) => `clamd ended (${how})`),
        hung(clamd.socketPath, { livenessMs, link }, AbortSignal.any([disposed, over.signal])),
      ]
      const reason = await Promise.race(reasons)
      over.abort()
      return reason
    } catch (error) {
      return `clamd does not run: ${String(error)}`
    }
  }
}

/**
 * Resolves once clamd takes longer to answer than it may, or when the signal is aborted. Meanwhile new signatures are linked,
 * which clamd looks for by itself.
 */
async function hung(
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
    // A directory that cannot be read now can be later; clamd keeps what it has loaded.
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

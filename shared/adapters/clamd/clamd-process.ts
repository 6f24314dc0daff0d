import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask } from './exchange.ts'
import { spawnDaemon, spawnWatcher } from './spawn.ts'

export interface ClamdStart {
  /** The program, from `findClamd()`. */
  program: string
  /** The directory of the signatures. */
  databaseDirectory: string
  /** A private directory for `clamd.log` and for the bytes of files that are being scanned. Created if missing. */
  directory: string
  /** Additional lines of configuration, e.g. `TCPSocket 3310`. They override the shipped lines. */
  settings?: string[]
  /** Limit for loading the signatures. The official signatures take tens of seconds. */
  startTimeoutMs?: number
  /** Cancels the start. It does not end a clamd that has started. */
  signal?: AbortSignal
}

/** The shipped configuration. */
export const configFile = fileURLToPath(
  new URL('../../../infra/clamav/clamd.conf', import.meta.url),
)

const defaultStartTimeoutMs = 180_000
const pollMs = 20
/** Time between SIGTERM and SIGKILL, for running scans. */
const graceMs = 2_000

/** A clamd child process on a private Unix socket. It ends on disposal, or with this process. */
export class ClamdProcess implements AsyncDisposable {
  readonly socketPath: string
  /** Resolves once clamd has ended, to the signal or exit code, e.g. `SIGKILL` or `exit code 1`. */
  readonly ended: Promise<string>
  readonly #daemon: ChildProcess
  readonly #watcher: ChildProcess
  readonly #privateDirectory: string

  private constructor(daemon: ChildProcess, watcher: ChildProcess, privateDirectory: string) {
    this.socketPath = socketIn(privateDirectory)
    this.ended = new Promise((resolve) =>
      daemon.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    )
    this.#daemon = daemon
    this.#watcher = watcher
    this.#privateDirectory = privateDirectory
  }

  /** Starts clamd and waits until it answers. Throws an `Error` with the end of its log if it does not start. */
  static async open(start: ClamdStart): Promise<ClamdProcess> {
    const spoolDirectory = join(start.directory, 'spool')
    const logFile = join(start.directory, 'clamd.log')
    await rm(spoolDirectory, { recursive: true, force: true })
    await mkdir(spoolDirectory, { recursive: true, mode: 0o700 })
    // The path of a socket is limited to about 100 bytes, which the storage directory's path may exceed.
    const privateDirectory = await mkdtemp(join(tmpdir(), 'coffer-clamd-'))
    const config = join(privateDirectory, 'clamd.conf')
    // clamd uses the first of several lines for one option.
    const lines = [
      ...(start.settings ?? []),
      `LocalSocket ${socketIn(privateDirectory)}`,
      `DatabaseDirectory ${start.databaseDirectory}`,
      `TemporaryDirectory ${spoolDirectory}`,
      `LogFile ${logFile}`,
      await readFile(configFile, 'utf8'),
    ]
    await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 })

    const daemon = await spawnDaemon(start.program, config, logFile)
    const watcher = spawnWatcher(daemon, privateDirectory)
    const clamd = new ClamdProcess(daemon, watcher, privateDirectory)
    try {
      await clamd.#ready(start.startTimeoutMs ?? defaultStartTimeoutMs, start.signal)
      return clamd
    } catch (cause) {
      await clamd[Symbol.asyncDispose]()
      start.signal?.throwIfAborted()
      const log = await readFile(logFile, 'utf8').catch(() => '')
      throw new Error(`clamd did not start; its log ends: ${log.slice(-1000)}`, { cause })
    }
  }

  /** True until clamd has ended. */
  get isRunning(): boolean {
    return this.#daemon.exitCode === null && this.#daemon.signalCode === null
  }

  /** Sends a signal if clamd is running. */
  signal(signal: NodeJS.Signals): void {
    this.#daemon.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) {
      this.#daemon.kill()
      const ended = new AbortController()
      const kill = setTimeout(graceMs, undefined, { signal: ended.signal }).then(
        () => this.#daemon.kill('SIGKILL'),
        () => undefined,
      )
      await this.ended
      ended.abort()
      await kill
    }
    this.#watcher.kill('SIGKILL')
    await rm(this.#privateDirectory, { recursive: true, force: true })
  }

  async #ready(withinMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + withinMs
    for (;;) {
      signal?.throwIfAborted()
      if (!this.isRunning) throw new Error('it ended unexpectedly')
      const reply = await ask({ path: this.socketPath }, 'PING').catch(() => undefined)
      if (reply === 'PONG') return
      if (performance.now() > deadline) throw new Error(`it is not ready after ${withinMs} ms`)
      await setTimeout(pollMs)
    }
  }
}

function socketIn(directory: string): string {
  return join(directory, 'clamd.sock')
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask } from './clamd-scanner.ts'

export interface ClamdStart {
  /** The program, from `findClamd()`. */
  program: string
  /** Where the signatures are. */
  databaseDirectory: string
  /** A directory of its own, made if need be: holds `clamd.log` and, while a file is scanned, its bytes. */
  directory: string
  /** Further lines of configuration, e.g. `TCPSocket 3310`; they win over the shipped ones. */
  settings?: string[]
  /** How long loading the signatures may take; the official ones take tens of seconds. */
  startTimeoutMs?: number
  /** Gives the start up; a clamd that has started is ended by its disposal. */
  signal?: AbortSignal
}

/** The settings of every clamd; see there. */
export const configFile = fileURLToPath(
  new URL('../../../infra/clamav/clamd.conf', import.meta.url),
)

const defaultStartTimeoutMs = 180_000
const pollMs = 20
/** How long clamd may finish what it is scanning before it is killed. */
const graceMs = 2_000

/**
 * Waits for the end of its input, which is the end of Coffer however it comes about, then ends clamd, also one that hangs,
 * and removes the socket's directory.
 */
const watch = `read -r _
kill "$1"
for _ in 1 2 3 4; do kill -0 "$1" || break; sleep 0.5; done
kill -9 "$1"
rm -rf "$2"`

/** A clamd of Coffer's own, on a private Unix socket; it ends when disposed of, at the latest with this process. */
export class ClamdProcess implements AsyncDisposable {
  /** The Unix socket that it listens on. */
  readonly socketPath: string
  /** Resolves once clamd has ended, to how: `SIGKILL`, `exit code 1`. */
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

  /** Resolves once clamd answers; throws an `Error` with the end of its log when it does not start. */
  static async open(start: ClamdStart): Promise<ClamdProcess> {
    const spoolDirectory = join(start.directory, 'spool')
    const logFile = join(start.directory, 'clamd.log')
    await rm(spoolDirectory, { recursive: true, force: true })
    await mkdir(spoolDirectory, { recursive: true, mode: 0o700 })
    // A socket's path is at most about 100 bytes long, which the storage directory's may be already.
    const privateDirectory = await mkdtemp(join(tmpdir(), 'coffer-clamd-'))
    const config = join(privateDirectory, 'clamd.conf')
    // Of two lines for one option clamd takes the first.
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

  /** True until clamd has ended, by itself or by its disposal. */
  get isRunning(): boolean {
    return this.#daemon.exitCode === null && this.#daemon.signalCode === null
  }

  /** Sends a signal, unless it has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#daemon.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) {
      this.#daemon.kill()
      const patience = new AbortController()
      const kill = setTimeout(graceMs, undefined, { signal: patience.signal }).then(
        () => this.#daemon.kill('SIGKILL'),
        () => undefined,
      )
      await this.ended
      patience.abort()
      await kill
    }
    this.#watcher.kill('SIGKILL')
    await rm(this.#privateDirectory, { recursive: true, force: true })
  }

  async #ready(withinMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + withinMs
    for (;;) {
      signal?.throwIfAborted()
      if (!this.isRunning) throw new Error('it ended by itself')
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

/** In a process group of its own, so that Ctrl-C at the terminal lets Coffer finish its scans first. */
async function spawnDaemon(
  program: string,
  config: string,
  logFile: string,
): Promise<ChildProcess> {
  await using log = await open(logFile, 'a', 0o600)
  const daemon = spawn(program, [`--config-file=${config}`], {
    detached: true,
    stdio: ['ignore', 'ignore', log.fd],
  })
  await once(daemon, 'spawn')
  // A signal that cannot be sent; without a listener it would end Coffer.
  daemon.on('error', () => undefined)
  daemon.unref()
  return daemon
}

function spawnWatcher(daemon: ChildProcess, privateDirectory: string): ChildProcess {
  const pid = String(daemon.pid)
  const watcher = spawn('/bin/sh', ['-c', watch, 'sh', pid, privateDirectory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a watcher clamd ends by its disposal all the same.
  watcher.on('error', () => undefined)
  // Once clamd has ended its number may become another process's.
  daemon.once('exit', () => watcher.kill('SIGKILL'))
  watcher.unref()
  return watcher
}

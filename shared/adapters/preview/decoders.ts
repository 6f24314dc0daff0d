import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LimitedProcess, startLimited } from '../programs/limited-process.ts'
import { processLimits } from './bounds.ts'
import { Spool } from './spool.ts'

/** The program next to this file, compiled or not. */
const program = fileURLToPath(
  new URL(`./image-process${extname(import.meta.url)}`, import.meta.url),
)

const outputBytes = 4096

/**
 * Decoder processes, each for one job. Keeps one process started after a job, because a start takes longer than drawing a
 * photograph. It has loaded its code and waits, with no data of any user. It ends after `idleMs`, or with this program.
 */
export class Decoders {
  readonly #idleMs: number
  #spare: LimitedProcess | undefined

  constructor({ idleMs = 60_000 } = {}) {
    this.#idleMs = idleMs
  }

  /** The process that waits, or a new one. */
  take(): { decoder: LimitedProcess; hasWaited: boolean } {
    const spare = this.#spare
    if (!spare) return { decoder: this.start(), hasWaited: false }
    this.#spare = undefined
    spare.awaitAtExit(true)
    return { decoder: spare, hasWaited: true }
  }

  /** Starts a process that waits, unless one does. */
  prepare(): void {
    if (this.#spare) return
    const spare = this.start(['warm'])
    this.#spare = spare
    spare.awaitAtExit(false)
    const forget = () => {
      clearTimeout(expiry)
      if (this.#spare === spare) this.#spare = undefined
    }
    const expire = () => {
      if (this.#spare === spare) spare.kill('time')
      forget()
    }
    const expiry = setTimeout(expire, this.#idleMs).unref()
    spare.ended.then(forget, forget)
  }

  start(args: string[] = []): LimitedProcess {
    // The cache halves the start of the process, by 60 ms of CPU time.
    const cacheDirectory = getCompileCacheDir()
    // Contains the temporary files of the libraries.
    const spool = Spool.openSync()
    const started = startLimited({
      program: process.execPath,
      args: [program, ...args],
      directory: spool.directory,
      environment:
        cacheDirectory === undefined
          ? {}
          : { NODE_COMPILE_CACHE: cacheDirectory, NODE_COMPILE_CACHE_PORTABLE: '1' },
      limits: processLimits,
      maxOutputBytes: outputBytes,
    })
    // If the directory cannot be removed now, a later process removes it as stale.
    const remove = () => void spool[Symbol.asyncDispose]().catch(() => undefined)
    started.ended.then(remove, remove)
    return started
  }
}

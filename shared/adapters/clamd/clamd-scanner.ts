import type { Readable } from 'node:stream'
import type { Verdict } from '../../model/verdict.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { ScanOptions, Scanner, ScannerVersion } from '../../ports/scanner.ts'
import type { ClamdAddress, Timeouts } from './connection.ts'
import { Examination } from './examination.ts'
import { ask, defaultTimeouts, openScanStream, type ScanStream } from './exchange.ts'
import { readVersion } from './reply.ts'
import { Semaphore } from './semaphore.ts'
import { unavailable } from './unavailable.ts'

export interface ClamdOptions extends Partial<Timeouts> {
  /** Limit of concurrent scans. Further scans wait. Must be below clamd's `MaxThreads`, so that clamd never queues. */
  concurrency?: number
}

const defaultConcurrency = 4
const versionCacheMs = 30_000

/** Scans with clamd by the INSTREAM command of its protocol (clamd(8)). */
export class ClamdScanner implements Scanner {
  readonly #address: ClamdAddress
  readonly #timeouts: Timeouts
  readonly #scanStream: ScanStream
  readonly #slots: Semaphore
  #version: { promise: Promise<ScannerVersion>; askedAt: number } | undefined

  constructor(address: ClamdAddress, { concurrency, ...timeouts }: ClamdOptions = {}) {
    this.#address = address
    this.#timeouts = { ...defaultTimeouts, ...timeouts }
    this.#scanStream = openScanStream(address, this.#timeouts)
    this.#slots = new Semaphore(concurrency ?? defaultConcurrency)
  }

  async scan(body: Readable, { signal, reopen, workspaceId }: ScanOptions = {}): Promise<Verdict> {
    // A body may fail while it waits for a slot. Reading it throws the error later.
    body.on('error', () => undefined)
    try {
      using _slot = await this.#slots.acquire(signal, workspaceId)
      const open = (range?: ByteRange) => openAgain(reopen, range)
      return await new Examination(this.#scanStream, signal).run(body, open)
    } finally {
      body.destroy()
    }
  }

  /** Cached for 30 seconds, which delays the version of a reloaded database. */
  version(): Promise<ScannerVersion> {
    const now = performance.now()
    if (this.#version && now - this.#version.askedAt < versionCacheMs) return this.#version.promise
    const asked = { promise: this.#askVersion(), askedAt: now }
    this.#version = asked
    asked.promise.catch(() => {
      if (this.#version === asked) this.#version = undefined
    })
    return asked.promise
  }

  async #askVersion(): Promise<ScannerVersion> {
    const reply = await ask(this.#address, 'VERSION', this.#timeouts)
    const version = readVersion(reply)
    if (version) return version
    throw unavailable(`clamd replied ${JSON.stringify(reply)} to VERSION`)
  }
}

/** Throws an `Error` if the bytes no longer exist. The event handler that requested the scan then notices the deletion. */
async function openAgain(reopen: ScanOptions['reopen'], range?: ByteRange): Promise<Readable> {
  const body = await reopen?.(range)
  if (!body) throw new Error('The scanned bytes cannot be opened again')
  return body
}

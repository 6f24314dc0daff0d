import { Readable } from 'node:stream'
import { readerOf } from '../../media/reader-of.ts'
import type { Scanner, ScannerVersion, ScanOptions, Verdict } from '../../workspace/ports.ts'
import { findEncryption } from '../../media/encryption/encryption.ts'
import type { ReadAt } from '../../media/read-at.ts'
import { ArchiveAudit } from './archive-audit.ts'
import { type ClamdAddress, Connection, type Timeouts } from './connection.ts'
import { frames } from './frames.ts'
import { reopened } from './reopened.ts'
import { readVerdict, readVersion, saysZip64 } from './reply.ts'
import { rarCanary } from './rar.ts'
import { Slots } from './slots.ts'
import { unavailable } from './unavailable.ts'
import { openZipView } from './zip-view.ts'

export interface ClamdOptions extends Partial<Timeouts> {
  /** Scans at once; more wait their turn. Below clamd's `MaxThreads`, so that it never queues. */
  concurrency?: number
}

/** What is learned from one reading of a body. */
interface Pass {
  audit: ArchiveAudit
  verdict: Verdict
  /** Whether clamd has left something in an archive unread, which it may read in another spelling. */
  skipsEntries: boolean
}

/** How a body is read once more. */
interface Again {
  read: ReadAt
  reopen: ScanOptions['reopen']
  signal: AbortSignal | undefined
}

const unsupported: Verdict = { verdict: 'unscannable', reason: 'unsupported-archive' }

const defaultTimeouts: Timeouts = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  replyTimeoutMs: 330_000,
}
const defaultConcurrency = 4
const versionCacheMs = 30_000

/** ClamAV's daemon, by the INSTREAM command of its protocol (clamd(8)); one connection for each scan. */
export class ClamdScanner implements Scanner {
  readonly #address: ClamdAddress
  readonly #timeouts: Timeouts
  readonly #slots: Slots
  #version: { promise: Promise<ScannerVersion>; askedAt: number } | undefined

  constructor(address: ClamdAddress, { concurrency, ...timeouts }: ClamdOptions = {}) {
    this.#address = address
    this.#timeouts = { ...defaultTimeouts, ...timeouts }
    this.#slots = new Slots(concurrency ?? defaultConcurrency)
  }

  async scan(body: Readable, { signal, reopen, workspaceId }: ScanOptions = {}): Promise<Verdict> {
    // A body that fails while it waits its turn is not an uncaught error: reading it throws what it was.
    body.on('error', () => undefined)
    try {
      using _slot = await this.#slots.acquire(signal, workspaceId)
      const { audit, ...first } = await this.#pass(body, signal)
      const again = { read: readerOf(reopen, audit), reopen, signal }
      const verdict = first.skipsEntries ? await this.#scanView(audit, again) : first.verdict
      if (verdict.verdict !== 'clean') return verdict
      const hidden = await findEncryption(audit.head, { ...again, sizeBytes: audit.sizeBytes })
      return hidden ? { verdict: 'unscannable', reason: hidden } : verdict
    } finally {
      body.destroy()
    }
  }

  /** One reading of a body by clamd. What clamd did not unpack it calls clean: that is `unscannable`. */
  async #pass(body: Readable, signal?: AbortSignal): Promise<Pass> {
    const audit = new ArchiveAudit()
    const { verdict, reply } = await this.#converse(body, (bytes) => audit.add(bytes), signal)
    const isClean = verdict.verdict === 'clean'
    const skips = audit.skipsSomething()
    const skipsEntries = (isClean && skips) || saysZip64(reply)
    const skipsAll = isClean && audit.isRar() && !(await this.#readsRar(signal))
    return { audit, verdict: skipsEntries || skipsAll ? unsupported : verdict, skipsEntries }
  }

  /** Scans an archive in the spelling that clamd reads. */
  async #scanView(audit: ArchiveAudit, { read, reopen, signal }: Again): Promise<Verdict> {
    const view = await openZipView(read, audit.zip)
    if (!view) return unsupported
    const original = await reopened(reopen)
    const body = view.body(original)
    // Once clamd has replied early nobody reads it.
    body.on('error', () => undefined)
    try {
      const { verdict } = await this.#pass(body, signal)
      return verdict.verdict === 'clean' && view.contradicts() ? unsupported : verdict
    } finally {
      body.destroy()
      original.destroy()
    }
  }

  async #converse(body: Readable, seen: (bytes: Buffer) => void, signal?: AbortSignal) {
    using connection = await Connection.open(this.#address, this.#timeouts, signal)
    let sentAll = false
    const sending = send(body, connection, seen).then(() => {
      sentAll = true
      return connection.awaitReply()
    })
    const reply = await Promise.race([connection.reply, sending])
    const verdict = readVerdict(reply, sentAll)
    if (verdict) return { verdict, reply }
    throw unavailable(`clamd replied ${JSON.stringify(reply)}${sentAll ? '' : ' too early'}`)
  }

  async #readsRar(signal?: AbortSignal): Promise<boolean> {
    const canary = Readable.from([rarCanary()])
    const { verdict } = await this.#converse(canary, () => undefined, signal)
    return verdict.verdict === 'infected'
  }

  /** Asked anew every 30 seconds at most: a reloaded database shows with that delay. */
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

/** Sends a command without a body and resolves to its reply. */
export async function ask(
  address: ClamdAddress,
  command: string,
  timeouts: Timeouts = defaultTimeouts,
): Promise<string> {
  using connection = await Connection.open(address, timeouts)
  await connection.write([Buffer.from(`z${command}\0`)])
  return await connection.awaitReply()
}

/** Rejects with the body's own errors only. The next frame is gathered while clamd takes the one before. */
async function send(
  body: Readable,
  connection: Connection,
  seen: (bytes: Buffer) => void,
): Promise<void> {
  let taken = connection.write([Buffer.from('zINSTREAM\0')])
  for await (const frame of frames(body, seen)) {
    await taken
    taken = connection.write(frame)
  }
  await taken
}

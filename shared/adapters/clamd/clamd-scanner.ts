import { Readable } from 'node:stream'
import type { UnscannableReason, Verdict } from '../../model/verdict.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { ScanOptions, Scanner, ScannerVersion } from '../../ports/scanner.ts'
import { readerOf } from '../../media/formats/read-at.ts'
import { findEncryption } from '../../media/encryption/encryption.ts'
import { ArchiveAudit } from './archives/archive-audit.ts'
import { type ClamdAddress, Connection, type Timeouts } from './connection.ts'
import { ForwardReader } from './forward-reader.ts'
import { frames } from './frames.ts'
import { reopened } from './reopened.ts'
import { readVerdict, readVersion, saysReadable } from './reply.ts'
import { rarCanary } from './archives/rar.ts'
import { Semaphore } from './semaphore.ts'
import { unavailable } from './unavailable.ts'
import { UnpackingError, UnpackingLimits } from './archives/unpacking-limits.ts'
import {
  type Container,
  isGzip,
  isZstandard,
  type OpenFile,
  packedFiles,
} from './archives/packed-files.ts'
import { openZipView, type ZipView } from './archives/zip-view.ts'

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
  /** Whether a packed file is the archive that clamd cannot read, and the outer one is whole. */
  hidesArchive: boolean
}

interface Context {
  depth: number
  limits: UnpackingLimits
  signal: AbortSignal | undefined
}

const maxDepth = 4
const unscannable = (reason: UnscannableReason): Verdict => ({ verdict: 'unscannable', reason })
const unsupported = unscannable('unsupported-archive')

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
  readonly #slots: Semaphore
  #version: { promise: Promise<ScannerVersion>; askedAt: number } | undefined

  constructor(address: ClamdAddress, { concurrency, ...timeouts }: ClamdOptions = {}) {
    this.#address = address
    this.#timeouts = { ...defaultTimeouts, ...timeouts }
    this.#slots = new Semaphore(concurrency ?? defaultConcurrency)
  }

  async scan(body: Readable, { signal, reopen, workspaceId }: ScanOptions = {}): Promise<Verdict> {
    // A body that fails while it waits its turn is not an uncaught error: reading it throws what it was.
    body.on('error', () => undefined)
    try {
      using _slot = await this.#slots.acquire(signal, workspaceId)
      const open = (range?: ByteRange) => reopened(reopen, range)
      const context = { depth: 0, limits: new UnpackingLimits(), signal }
      return await this.#examine(body, open, context)
    } catch (error) {
      if (error instanceof UnpackingError) return unscannable(error.reason)
      throw error
    } finally {
      body.destroy()
    }
  }

  /** A file, or one that is packed in it: `clean` once clamd has seen all of it. */
  async #examine(body: Readable, open: OpenFile, context: Context): Promise<Verdict> {
    const first = await this.#pass(body, context.signal)
    const { head, sizeBytes, zip } = first.audit
    await using forward = new ForwardReader(open)
    const read = context.depth === 0 ? readerOf(open, first.audit) : forward.read
    // What looks like a record of a zip file in compressed data is respelled once they are unpacked.
    const isCompressed = isGzip(head) || isZstandard(head)
    const view = first.skipsEntries && !isCompressed ? await openZipView(read, zip) : undefined
    const seen = view ? await this.#passView(view, open, context) : first
    const container = { head, read, open, sizeBytes, localAt: (at: number) => zip.localAt(at) }
    const isUnread = isZstandard(head) && seen.verdict.verdict === 'clean'
    const isPacked = seen.hidesArchive || isUnread || (isCompressed && seen.skipsEntries)
    const verdict = isPacked ? await this.#scanPacked(container, context) : seen.verdict
    if (verdict.verdict !== 'clean') return verdict
    const hidden = await findEncryption(head, { read, sizeBytes })
    return hidden ? unscannable(hidden) : verdict
  }

  /** One reading of a body by clamd. What clamd did not unpack it calls clean: that is `unscannable`. */
  async #pass(body: Readable, signal?: AbortSignal): Promise<Pass> {
    const audit = new ArchiveAudit()
    const { verdict, reply } = await this.#converse(body, (bytes) => audit.add(bytes), signal)
    const isClean = verdict.verdict === 'clean'
    const skips = audit.skipsSomething()
    const skipsEntries = (isClean && skips) || saysReadable(reply)
    const skipsAll = isClean && audit.isRar() && !(await this.#readsRar(signal))
    const hidesArchive = saysReadable(reply) && !skips
    const isUnread = skipsEntries || skipsAll || (isClean && audit.isUnknownFormat())
    return { audit, verdict: isUnread ? unsupported : verdict, skipsEntries, hidesArchive }
  }

  /** Scans an archive in the spelling that clamd reads. */
  async #passView(view: ZipView, open: OpenFile, { signal }: Context): Promise<Pass> {
    const original = await open()
    const body = view.body(original)
    // Once clamd has replied early nobody reads it.
    body.on('error', () => undefined)
    try {
      const pass = await this.#pass(body, signal)
      if (pass.verdict.verdict === 'infected' || !view.contradicts()) return pass
      return { ...pass, verdict: unsupported, hidesArchive: false }
    } finally {
      body.destroy()
      original.destroy()
    }
  }

  /** Scans the files in an archive one by one: among them is one that cannot be respelled where it is. */
  async #scanPacked(container: Container, { depth, limits, signal }: Context): Promise<Verdict> {
    if (depth === maxDepth) return unscannable('nesting-limit')
    const files = await packedFiles(container, limits)
    if (!files) return unsupported
    for (const open of files) {
      limits.takeFile()
      const body = await open()
      body.on('error', () => undefined)
      const verdict = await this.#examine(body, open, { depth: depth + 1, limits, signal }).finally(
        () => body.destroy(),
      )
      if (verdict.verdict !== 'clean') return verdict
    }
    return { verdict: 'clean' }
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

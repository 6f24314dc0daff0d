import { Readable } from 'node:stream'
import { findEncryption } from '../../media/encryption/encryption.ts'
import { readerOf } from '../../media/formats/read-at.ts'
import type { UnscannableReason, Verdict } from '../../model/verdict.ts'
import { ArchiveAudit } from './archives/archive-audit.ts'
import {
  type Container,
  isGzip,
  isZstandard,
  type OpenFile,
  packedFiles,
} from './archives/packed-files.ts'
import { rarCanary } from './archives/rar.ts'
import { UnpackingError, UnpackingLimits } from './archives/unpacking-limits.ts'
import { openZipView, type ZipView } from './archives/zip-view.ts'
import type { ScanStream } from './exchange.ts'
import { ForwardReader } from './forward-reader.ts'
import { isConvertible } from './reply.ts'

const maxDepth = 4
const unscannable = (reason: UnscannableReason): Verdict => ({ verdict: 'unscannable', reason })
const unsupported = unscannable('unsupported-archive')

/** The result of sending a body to clamd once. */
interface Pass {
  audit: ArchiveAudit
  verdict: Verdict
  /** True if clamd skipped content of an archive. clamd may be able to scan the content after the archive has been rewritten. */
  skipsEntries: boolean
  /** True if clamd read this archive completely, but cannot scan an archive inside it. */
  hidesArchive: boolean
}

/**
 * Examines one uploaded file with clamd, including its archives. clamd reports content that it cannot unpack as clean. This class
 * therefore rewrites or unpacks skipped content. Otherwise the file is `unscannable`.
 */
export class Examination {
  readonly #scanStream: ScanStream
  readonly #signal: AbortSignal | undefined
  readonly #limits = new UnpackingLimits()

  constructor(scanStream: ScanStream, signal: AbortSignal | undefined) {
    this.#scanStream = scanStream
    this.#signal = signal
  }

  /** Resolves to the verdict. `open` reopens the body. */
  async run(body: Readable, open: OpenFile): Promise<Verdict> {
    try {
      return await this.#examine(body, open, 0)
    } catch (error) {
      if (error instanceof UnpackingError) return unscannable(error.reason)
      throw error
    }
  }

  /** Examines a file or a file packed in it. The verdict is `clean` only if clamd has seen all content. */
  async #examine(body: Readable, open: OpenFile, depth: number): Promise<Verdict> {
    const first = await this.#pass(body)
    const { head, sizeBytes, zip } = first.audit
    await using forward = new ForwardReader(open)
    const read = depth === 0 ? readerOf(open, first.audit) : forward.read
    // Zip records in compressed data are rewritten after unpacking.
    const isCompressed = isGzip(head) || isZstandard(head)
    const view = first.skipsEntries && !isCompressed ? await openZipView(read, zip) : undefined
    const pass = view ? await this.#passView(view, open) : first
    const container = { head, read, open, sizeBytes, localAt: (at: number) => zip.localAt(at) }
    const isUnread = isZstandard(head) && pass.verdict.verdict === 'clean'
    const needsUnpacking = pass.hidesArchive || isUnread || (isCompressed && pass.skipsEntries)
    const verdict = needsUnpacking ? await this.#scanPacked(container, depth) : pass.verdict
    if (verdict.verdict !== 'clean') return verdict
    const reason = await findEncryption(head, { read, sizeBytes })
    return reason ? unscannable(reason) : verdict
  }

  /** Sends a body to clamd. A `clean` verdict becomes `unscannable` if clamd skipped content. */
  async #pass(body: Readable): Promise<Pass> {
    const audit = new ArchiveAudit()
    const { verdict, reply } = await this.#scanStream(
      body,
      (bytes) => audit.add(bytes),
      this.#signal,
    )
    const isClean = verdict.verdict === 'clean'
    const hasSkippedContent = audit.hasSkippedContent()
    const skipsEntries = (isClean && hasSkippedContent) || isConvertible(reply)
    const skipsAll = isClean && audit.isRar() && !(await this.#unpacksRar())
    const hidesArchive = isConvertible(reply) && !hasSkippedContent
    const isUnread = skipsEntries || skipsAll || (isClean && audit.isUnknownFormat())
    return { audit, verdict: isUnread ? unsupported : verdict, skipsEntries, hidesArchive }
  }

  /** Scans a rewritten archive. */
  async #passView(view: ZipView, open: OpenFile): Promise<Pass> {
    const original = await open()
    const body = view.body(original)
    // If clamd replies early, nothing reads the body and its errors.
    body.on('error', () => undefined)
    try {
      const pass = await this.#pass(body)
      if (pass.verdict.verdict === 'infected' || !view.contradicts()) return pass
      return { ...pass, verdict: unsupported, hidesArchive: false }
    } finally {
      body.destroy()
      original.destroy()
    }
  }

  /** Unpacks an archive and examines its files one by one, because one of them must be rewritten or unpacked itself. */
  async #scanPacked(container: Container, depth: number): Promise<Verdict> {
    if (depth === maxDepth) return unscannable('nesting-limit')
    const files = await packedFiles(container, this.#limits)
    if (!files) return unsupported
    for (const open of files) {
      this.#limits.countFile()
      const body = await open()
      body.on('error', () => undefined)
      const verdict = await this.#examine(body, open, depth + 1).finally(() => body.destroy())
      if (verdict.verdict !== 'clean') return verdict
    }
    return { verdict: 'clean' }
  }

  async #unpacksRar(): Promise<boolean> {
    const canary = Readable.from([rarCanary()])
    const { verdict } = await this.#scanStream(canary, () => undefined, this.#signal)
    return verdict.verdict === 'infected'
  }
}

import { isUtf8 } from 'node:buffer'
import type { Charset } from '../model/file.ts'

/** The most bytes of a character that a chunk may cut off: a sequence has four at most (RFC 3629 §3). */
const maxCutBytes = 3

/** The escapes to kanji by which ISO-2022-JP, whose bytes are ASCII, is told from ASCII (RFC 1468). */
const kanjiEscapes = ['\u001b$B', '\u001b$@']
const escapeBytes = 3

/**
 * The encoding of a text, from all its bytes in the order in which they pass: UTF-16 by its byte order mark, UTF-8, ASCII
 * among it, where every byte is part of a valid sequence. Constant memory.
 */
export class EncodingProbe {
  #head: Buffer = Buffer.alloc(0)
  #cut: Buffer = Buffer.alloc(0)
  #end: Buffer = Buffer.alloc(0)
  #isUtf8 = true

  add(chunk: Buffer): void {
    if (this.#head.length < 2) this.#head = Buffer.concat([this.#head, chunk.subarray(0, 2)])
    if (!this.#isUtf8) return
    const bytes = this.#cut.length === 0 ? chunk : Buffer.concat([this.#cut, chunk])
    const end = bytes.length - cutBytes(bytes)
    this.#isUtf8 = isUtf8(bytes.subarray(0, end))
    this.#cut = Buffer.from(bytes.subarray(end))
    if (this.#hasKanjiEscape(chunk)) this.#isUtf8 = false
  }

  #hasKanjiEscape(chunk: Buffer): boolean {
    const seam = Buffer.concat([this.#end, chunk.subarray(0, escapeBytes - 1)])
    this.#end = Buffer.concat([this.#end, chunk.subarray(1 - escapeBytes)]).subarray(
      1 - escapeBytes,
    )
    return [seam, chunk].some((bytes) => kanjiEscapes.some((escape) => bytes.includes(escape)))
  }

  /** Undefined for any other encoding: readers guess those better than a wrong name lets them. */
  get charset(): Charset | undefined {
    const mark = this.#head.toString('hex', 0, 2)
    if (mark === 'feff' || mark === 'fffe') return 'utf-16'
    return this.#isUtf8 && this.#cut.length === 0 ? 'utf-8' : undefined
  }
}

/** How many bytes at the end begin a sequence that goes on after it. */
function cutBytes(bytes: Buffer): number {
  for (let count = 1; count <= Math.min(maxCutBytes, bytes.length); count++) {
    const byte = bytes[bytes.length - count] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sequenceBytes(byte) > count ? count : 0
  }
  return 0
}

function sequenceBytes(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

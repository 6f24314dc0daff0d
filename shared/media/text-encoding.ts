import { isUtf8 } from 'node:buffer'
import type { Charset } from '../model/file.ts'

/** A chunk ends with at most three bytes of an incomplete character: a sequence has at most four (RFC 3629 §3). */
const maxCutBytes = 3

/** Escape sequences that distinguish ISO-2022-JP from ASCII (RFC 1468); both use bytes below 0x80 only. */
const kanjiEscapes = ['\u001b$B', '\u001b$@']
const escapeBytes = 3

/**
 * Detects the encoding of a text from all its bytes, chunk by chunk: UTF-16 by its byte order mark, UTF-8 (including ASCII) if
 * every byte is part of a valid sequence. Uses constant memory.
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

  /** Undefined for any other encoding, because a wrong name would prevent readers from detecting it. */
  get charset(): Charset | undefined {
    const mark = this.#head.toString('hex', 0, 2)
    if (mark === 'feff' || mark === 'fffe') return 'utf-16'
    return this.#isUtf8 && this.#cut.length === 0 ? 'utf-8' : undefined
  }
}

/** Returns the number of bytes at the end that start an incomplete sequence. */
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

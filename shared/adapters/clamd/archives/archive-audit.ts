import { encryptionHeadBytes } from '../../../media/encryption/encryption.ts'
import { rarSignature } from './rar.ts'
import { ZipAudit } from './zip-audit.ts'

interface Signature {
  at: number
  bytes: Buffer
}

/**
 * Formats in which clamd 1.4 does not search for an archive after the content: gzip, tar, and the formats that it does not parse
 * (MP3, Ogg, RealMedia, SQLite).
 */
const formatsHidingArchives: Signature[] = [
  { at: 0, bytes: Buffer.from([0x1f, 0x8b]) },
  { at: 257, bytes: Buffer.from('ustar') },
  { at: 0, bytes: Buffer.from('ID3') },
  { at: 0, bytes: Buffer.from([0xff, 0xfb, 0x90]) },
  { at: 0, bytes: Buffer.from('OggS') },
  { at: 0, bytes: Buffer.from('.RMF') },
  { at: 0, bytes: Buffer.from('SQLite format 3') },
]

const sevenZip: Signature = { at: 0, bytes: Buffer.from('377abcaf271c', 'hex') }

/** The properties byte of nearly all LZMA files and a dictionary of at least 64 KiB. */
const lzma: Signature = { at: 0, bytes: Buffer.from('5d0000', 'hex') }

/**
 * Archive formats that clamd 1.4 does not support. All signatures of a row must match. The signatures of infra/clamav find the
 * same formats inside archives.
 */
const unknownFormats: Signature[][] = [
  // LZ4 frames, lzip, lzop.
  [{ at: 0, bytes: Buffer.from('04224d18', 'hex') }],
  [{ at: 0, bytes: Buffer.from('LZIP\u0001') }],
  [{ at: 0, bytes: Buffer.from('894c5a4f000d0a1a0a', 'hex') }],
  // compress, with codes of 9 to 16 bits.
  ...Array.from({ length: 8 }, (_, index) => [
    { at: 0, bytes: Buffer.from([0x1f, 0x9d, 0x89 + index]) },
  ]),
  // LZMA without a container, of unknown and of known size (below 4 GiB).
  [lzma, { at: 5, bytes: Buffer.from('ffffffffffffffff00', 'hex') }],
  [lzma, { at: 9, bytes: Buffer.alloc(5) }],
  // 7z whose first stream is packed by bzip2, Zstandard, LZ4.
  [sevenZip, { at: 32, bytes: Buffer.from('BZh') }],
  [sevenZip, { at: 32, bytes: Buffer.from('28b52ffd', 'hex') }],
  [sevenZip, { at: 32, bytes: Buffer.from('04224d18', 'hex') }],
  // Debian packages and other ar archives, RPM packages, SquashFS (snap).
  [{ at: 0, bytes: Buffer.from('!<arch>\n') }],
  [{ at: 0, bytes: Buffer.from('edabeedb', 'hex') }],
  [
    { at: 0, bytes: Buffer.from('hsqs') },
    { at: 28, bytes: Buffer.from('04000000', 'hex') },
  ],
  // Windows images, ACE, StuffIt, StuffIt X, ZPAQ.
  [{ at: 0, bytes: Buffer.from('MSWIM\u0000\u0000\u0000') }],
  [{ at: 7, bytes: Buffer.from('**ACE**') }],
  [{ at: 0, bytes: Buffer.from('SIT!') }],
  [{ at: 0, bytes: Buffer.from('StuffIt (c)') }],
  [{ at: 0, bytes: Buffer.from('StuffIt!') }],
  [{ at: 0, bytes: Buffer.from('7kSt') }],
]

/**
 * Inspects the bytes that are sent to clamd for archives that clamd may call clean without unpacking them. The cases are listed in
 * docs/decisions/archives-clamd-skips.md. Uses bounded memory.
 */
export class ArchiveAudit {
  readonly #zip = new ZipAudit()
  #head = Buffer.alloc(0)
  #sizeBytes = 0

  /** The first `encryptionHeadBytes` bytes of the file. */
  get head(): Buffer {
    return this.#head
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Adds the next bytes of the file. */
  add(bytes: Buffer): void {
    this.#sizeBytes += bytes.length
    const missing = encryptionHeadBytes - this.#head.length
    if (missing > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)])
    this.#zip.add(bytes)
  }

  /** Returns true if clamd skips content of this file, in every build. Call once, after the last byte. */
  hasSkippedContent(): boolean {
    return (
      this.#zip.hasSkippedContent() ||
      (this.#zip.endsAsZip() && formatsHidingArchives.some((format) => this.#matches(format)))
    )
  }

  /** The zip archives found in the file. */
  get zip(): Pick<ZipAudit, 'ends' | 'localAt'> {
    return this.#zip
  }

  /** Returns true for an archive format that no build of clamd supports. */
  isUnknownFormat(): boolean {
    return unknownFormats.some((format) => format.every((signature) => this.#matches(signature)))
  }

  /** Returns true for RAR, which only a clamd with UnRAR unpacks. */
  isRar(): boolean {
    return this.#matches({ at: 0, bytes: rarSignature })
  }

  #matches({ at, bytes }: Signature): boolean {
    return this.#head.subarray(at, at + bytes.length).equals(bytes)
  }
}

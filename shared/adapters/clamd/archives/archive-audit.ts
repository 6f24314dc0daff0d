import { encryptionHeadBytes } from '../../../media/encryption/encryption.ts'
import { rarMark } from './rar.ts'
import { ZipAudit } from './zip-audit.ts'

interface Mark {
  at: number
  bytes: Buffer
}

/**
 * How files begin behind which clamd 1.4 does not look for an archive: gzip, tar, and those that it leaves unread, MP3, Ogg,
 * RealMedia and SQLite.
 */
const marks: Mark[] = [
  { at: 0, bytes: Buffer.from([0x1f, 0x8b]) },
  { at: 257, bytes: Buffer.from('ustar') },
  { at: 0, bytes: Buffer.from('ID3') },
  { at: 0, bytes: Buffer.from([0xff, 0xfb, 0x90]) },
  { at: 0, bytes: Buffer.from('OggS') },
  { at: 0, bytes: Buffer.from('.RMF') },
  { at: 0, bytes: Buffer.from('SQLite format 3') },
]

const sevenZip: Mark = { at: 0, bytes: Buffer.from('377abcaf271c', 'hex') }

/** The properties byte of nearly all LZMA files, and a dictionary of at least 64 KiB. */
const lzma: Mark = { at: 0, bytes: Buffer.from('5d0000', 'hex') }

/**
 * How files of formats begin that pack other files, and that clamd 1.4 takes for mere bytes: all the marks of a row. The
 * signatures of infra/clamav find the same ones inside archives.
 */
const unknownFormats: Mark[][] = [
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
 * Looks, on the way to clamd, for archives that it may call clean without having unpacked them: the page
 * docs/decisions/archives-clamd-skips.md has each case. Memory is bounded, whatever the bytes.
 */
export class ArchiveAudit {
  readonly #zip = new ZipAudit()
  #head = Buffer.alloc(0)
  #sizeBytes = 0

  /** The beginning of the file. */
  get head(): Buffer {
    return this.#head
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The next bytes of the file. */
  add(bytes: Buffer): void {
    this.#sizeBytes += bytes.length
    const missing = encryptionHeadBytes - this.#head.length
    if (missing > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)])
    this.#zip.add(bytes)
  }

  /** Whether every clamd leaves something in this file unread; asked once, behind its last byte. */
  skipsSomething(): boolean {
    return (
      this.#zip.skipsSomething() ||
      (this.#zip.endsAsZip() && marks.some((mark) => this.#begins(mark)))
    )
  }

  /** The zip files in the file, as far as they can be seen. */
  get zip(): Pick<ZipAudit, 'ends' | 'localAt'> {
    return this.#zip
  }

  /** Whether no clamd knows the format, though it packs other files. */
  isUnknownFormat(): boolean {
    return unknownFormats.some((format) => format.every((mark) => this.#begins(mark)))
  }

  /** Whether only a clamd with UnRAR can look into it. */
  isRar(): boolean {
    return this.#begins({ at: 0, bytes: rarMark })
  }

  #begins({ at, bytes }: Mark): boolean {
    return this.#head.subarray(at, at + bytes.length).equals(bytes)
  }
}

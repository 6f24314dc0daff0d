import { encryptionHeadBytes } from '../../media/encryption/encryption.ts'
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

/** How files of formats begin that pack other files, and that clamd 1.4 takes for mere bytes. */
const unknownFormats: Mark[] = [
  // LZ4 frames, lzip, lzop, compress.
  { at: 0, bytes: Buffer.from('04224d18', 'hex') },
  { at: 0, bytes: Buffer.from('LZIP\u0001') },
  { at: 0, bytes: Buffer.from('894c5a4f000d0a1a0a', 'hex') },
  { at: 0, bytes: Buffer.from('1f9d90', 'hex') },
  // Windows images, ACE, StuffIt, StuffIt X, ZPAQ.
  { at: 0, bytes: Buffer.from('MSWIM\u0000\u0000\u0000') },
  { at: 7, bytes: Buffer.from('**ACE**') },
  { at: 0, bytes: Buffer.from('SIT!') },
  { at: 0, bytes: Buffer.from('StuffIt (c)') },
  { at: 0, bytes: Buffer.from('StuffIt!') },
  { at: 0, bytes: Buffer.from('7kSt') },
]

/**
 * Looks, on the way to clamd, for archives that it may call clean without having unpacked them: the page
 * docs/decisions/archives-that-clamd-skips.md has each case. Memory is bounded, whatever the bytes.
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
    return unknownFormats.some((mark) => this.#begins(mark))
  }

  /** Whether only a clamd with UnRAR can look into it. */
  isRar(): boolean {
    return this.#begins({ at: 0, bytes: rarMark })
  }

  #begins({ at, bytes }: Mark): boolean {
    return this.#head.subarray(at, at + bytes.length).equals(bytes)
  }
}

import { Refusal } from '../refusals.ts'

export interface Entry {
  tag: number
  /** Offset of the entry. */
  at: number
  type: number
  count: number
  /** Offset of its value, inside the entry or elsewhere. */
  valueAt: number
  valueBytes: number
  isElsewhere: boolean
}

export interface Directory {
  at: number
  entries: Entry[]
}

/** Bytes of a value by type number (TIFF 6.0 §2, BigTIFF). Unknown types count as bytes. */
const typeBytes = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8]

const maxDirectories = 10_000

/** Reads and changes the directories of a TIFF or BigTIFF in memory. */
export class TiffFile {
  readonly bytes: Buffer
  readonly #isLittle: boolean
  readonly #isBig: boolean
  readonly #seen = new Set<number>()

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#isLittle = bytes.toString('latin1', 0, 2) === 'II'
    this.#isBig = bytes.length >= 16 && this.#short(2) === 43
  }

  /** Reads the directories of the pages, which form a chain that starts in the header. */
  pages(): Directory[] {
    return this.#chain(this.#isBig ? this.#long8(8) : this.#long(4))
  }

  /** Reads the directories that entries with these tags point to, recursively. */
  below(directories: Directory[], tags: ReadonlySet<number>): Directory[] {
    const found: Directory[] = []
    // The loop also visits directories that it adds.
    const pending = [...directories]
    for (const { entries } of pending) {
      for (const entry of entries.filter(({ tag }) => tags.has(tag))) {
        const chains = this.#offsets(entry).map((offset) => this.#chain(offset))
        found.push(...chains.flat())
        pending.push(...chains.flat())
      }
    }
    return found
  }

  /** Returns the first number of an entry. */
  value({ entries }: Directory, tag: number): number | undefined {
    const entry = entries.find((it) => it.tag === tag)
    return entry && this.#number(entry, 0)
  }

  /** Removes all other entries from a directory and overwrites them and their values with zeros. */
  keepEntries(directory: Directory, kept: ReadonlySet<number>): void {
    const entryBytes = this.#isBig ? 20 : 12
    const countBytes = this.#isBig ? 8 : 2
    const offsetBytes = this.#isBig ? 8 : 4
    const first = directory.at + countBytes
    const next = first + directory.entries.length * entryBytes
    const link = Buffer.from(this.bytes.subarray(next, next + offsetBytes))
    const keptEntries = directory.entries.filter(({ tag }) => kept.has(tag))
    const rows = keptEntries.map(({ at }) => Buffer.from(this.bytes.subarray(at, at + entryBytes)))
    const elsewhere = directory.entries.filter(({ isElsewhere }) => isElsewhere)
    // Entries with equal values may share one value.
    const shared = elsewhere
      .filter(({ tag }) => kept.has(tag))
      .map(({ valueAt, valueBytes }) => ({
        valueAt,
        value: Buffer.from(this.bytes.subarray(valueAt, valueAt + valueBytes)),
      }))
    for (const { tag, valueAt, valueBytes } of elsewhere) {
      if (!kept.has(tag)) this.bytes.fill(0, valueAt, valueAt + valueBytes)
    }
    for (const { valueAt, value } of shared) value.copy(this.bytes, valueAt)
    this.bytes.fill(0, first, next + offsetBytes)
    Buffer.concat([...rows, link]).copy(this.bytes, first)
    if (this.#isBig) this.#writeLong8(keptEntries.length, directory.at)
    else this.#writeShort(keptEntries.length, directory.at)
  }

  /** Reads a chain of directories. A directory that has been read before ends it. */
  #chain(start: number): Directory[] {
    const found: Directory[] = []
    for (let at = start; at !== 0 && !this.#seen.has(at);) {
      this.#seen.add(at)
      if (this.#seen.size > maxDirectories) throw new Refusal('crash')
      const { directory, next } = this.#directory(at)
      found.push(directory)
      at = next
    }
    return found
  }

  #directory(at: number): { directory: Directory; next: number } {
    const countBytes = this.#isBig ? 8 : 2
    const entryBytes = this.#isBig ? 20 : 12
    this.#assertInside(at, countBytes)
    const count = this.#isBig ? this.#long8(at) : this.#short(at)
    const end = at + countBytes + count * entryBytes
    this.#assertInside(end, this.#isBig ? 8 : 4)
    const entries = Array.from({ length: count }, (_, index) =>
      this.#entry(at + countBytes + index * entryBytes),
    )
    return { directory: { at, entries }, next: this.#isBig ? this.#long8(end) : this.#long(end) }
  }

  #entry(at: number): Entry {
    const [tag, type] = [this.#short(at), this.#short(at + 2)]
    const count = this.#isBig ? this.#long8(at + 4) : this.#long(at + 4)
    const fieldAt = at + (this.#isBig ? 12 : 8)
    const valueBytes = count * (typeBytes[type] ?? 1)
    const isElsewhere = valueBytes > (this.#isBig ? 8 : 4)
    const offset = () => (this.#isBig ? this.#long8(fieldAt) : this.#long(fieldAt))
    return {
      tag,
      at,
      type,
      count,
      valueAt: isElsewhere ? offset() : fieldAt,
      valueBytes,
      isElsewhere,
    }
  }

  #offsets(entry: Entry): number[] {
    return Array.from({ length: Math.min(entry.count, maxDirectories) }, (_, index) =>
      this.#number(entry, index),
    )
  }

  #number({ type, valueAt }: Entry, index: number): number {
    const size = typeBytes[type] ?? 1
    const at = valueAt + index * size
    this.#assertInside(at, size)
    if (size === 8) return this.#long8(at)
    if (size === 4) return this.#long(at)
    return size === 2 ? this.#short(at) : (this.bytes[at] ?? 0)
  }

  #assertInside(at: number, bytes: number): void {
    if (at < 0 || at + bytes > this.bytes.length) throw new Refusal('damaged')
  }

  #short(at: number): number {
    return this.#isLittle ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at)
  }

  #long(at: number): number {
    return this.#isLittle ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at)
  }

  /** Rounding beyond 2^53 is harmless, because such offsets are outside every file. */
  #long8(at: number): number {
    return Number(this.#isLittle ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at))
  }

  #writeShort(value: number, at: number): void {
    if (this.#isLittle) this.bytes.writeUInt16LE(value, at)
    else this.bytes.writeUInt16BE(value, at)
  }

  #writeLong8(value: number, at: number): void {
    if (this.#isLittle) this.bytes.writeBigUInt64LE(BigInt(value), at)
    else this.bytes.writeBigUInt64BE(BigInt(value), at)
  }
}

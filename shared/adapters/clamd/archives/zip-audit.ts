import {
  type CentralHeader,
  type DirectoryEnd,
  type LocalHeader,
  locatorBytes,
  ZipRecords,
} from './zip-records.ts'

/** In a field of 32 bits: the number stands in the Zip64 extra field (APPNOTE §4.5.3), which clamd 1.4 does not read. */
const zip64 = 0xffffffff
/** Stored, imploded, deflated, Deflate64, bzip2: the methods that clamd 1.4 unpacks. */
const unpackedMethods = new Set([0, 6, 8, 9, 12])
/** Three records a file, and some to spare: clamd itself gives up at 10,000 files (`MaxFiles`). */
const maxRecords = 60_000

/** The directory entries that follow each other without a gap. */
interface Directory {
  at: number
  end: number
  entries: CentralHeader[]
}

/**
 * Finds, on the way to clamd, the zip files that clamd 1.4 calls clean without having unpacked them, whatever is in them:
 * the page docs/decisions/archives-clamd-skips.md has each case. Memory is bounded, whatever the bytes.
 */
export class ZipAudit {
  readonly #records = new ZipRecords({
    local: (header) => this.#local(header),
    central: (header) => this.#central(header),
    end: (record) => this.#end(record),
    locator: (at) => {
      this.#locatorAt = at
    },
  })
  readonly #locals = new Map<number, LocalHeader>()
  #count = 0
  #directory: Directory | undefined
  #last: { directory: Directory | undefined; end: DirectoryEnd } | undefined
  readonly #ends: number[] = []
  #locatorAt: number | undefined
  #usesZip64 = false
  #skipped = false

  /** The next bytes of the file. */
  add(bytes: Buffer): void {
    if (!this.#skipped) this.#records.add(bytes)
  }

  /** Whether clamd leaves something in this file unread; asked once, behind its last byte. */
  skipsSomething(): boolean {
    if (!this.#skipped) this.#records.end()
    return this.#skipped || this.#usesZip64 || this.#skipsEntries()
  }

  /** What stands in front of an entry's data; undefined where no header does, or too many records did. */
  localAt(at: number): LocalHeader | undefined {
    return this.#skipped ? undefined : this.#locals.get(at)
  }

  /** Where zip files end, in the file or stored in it, that may have numbers where clamd does not read them. */
  get ends(): readonly number[] {
    return this.#ends
  }

  /** Whether the last bytes are the end of a zip file, for readers that look there first. */
  endsAsZip(): boolean {
    return this.#last?.end.end === this.#records.position
  }

  #local(header: LocalHeader): void {
    this.#counted()
    this.#locals.set(header.at, header)
    if (!header.isStreamed && isZip64(header)) this.#usesZip64 = true
    if (header.plausible && !unpackedMethods.has(header.method)) this.#skipped = true
  }

  #central(header: CentralHeader): void {
    this.#counted()
    if (header.localAt === zip64 || isZip64(header)) this.#usesZip64 = true
    const open = this.#directory
    // A signature inside an entry's name or comment is none.
    if (open && header.at < open.end) return
    if (open?.end === header.at) {
      open.entries.push(header)
      open.end = header.end
    } else this.#directory = { at: header.at, end: header.end, entries: [header] }
  }

  #end(end: DirectoryEnd): void {
    this.#counted()
    if (end.directoryAt === zip64 || this.#locatorAt === end.at - locatorBytes)
      this.#usesZip64 = true
    this.#ends.push(end.end)
    this.#last = { directory: this.#directory, end }
    this.#directory = undefined
  }

  #counted(): void {
    this.#count += 1
    if (this.#count > maxRecords) this.#skipped = true
  }

  /**
   * A file that begins as a zip file is unpacked by its directory alone, from its first byte on. One that only ends as
   * one, behind a picture or a program, is unpacked by the headers in front of the data alone.
   */
  #skipsEntries(): boolean {
    const begins = this.#locals.get(0)?.plausible === true
    if (!begins && !this.endsAsZip()) return false
    const { directory, end } = this.#last ?? {}
    if (!directory || !end) return begins
    const start = begins ? 0 : directory.at - end.directoryAt
    if (directory.at !== start + end.directoryAt) return true
    if (begins && !directory.entries.some(({ localAt }) => localAt === 0)) return true
    return directory.entries.some((entry) => {
      const local = this.#locals.get(start + entry.localAt)
      return !local || skipsData(local, entry, begins)
    })
  }
}

function skipsData(local: LocalHeader, entry: CentralHeader, byDirectory: boolean): boolean {
  if (entry.compressedBytes === 0) return false
  if (!unpackedMethods.has(local.method) || local.method !== entry.method) return true
  if ((local.isStreamed || local.isEncrypted) && !byDirectory) return true
  if (local.isStreamed) return false
  return local.compressedBytes !== entry.compressedBytes || local.sizeBytes !== entry.sizeBytes
}

function isZip64({ compressedBytes, sizeBytes }: LocalHeader | CentralHeader): boolean {
  return compressedBytes === zip64 || sizeBytes === zip64
}

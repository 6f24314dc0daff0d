import { locatorBytes } from '../../../media/formats/zip64.ts'
import { type CentralHeader, type DirectoryEnd, type LocalHeader } from './zip-records.ts'
import { ZipRecordFinder } from './zip-record-finder.ts'

/** Value of a 32-bit field whose number is in the Zip64 extra field (APPNOTE §4.5.3), which clamd 1.4 does not read. */
const zip64 = 0xffffffff
/** Methods that clamd 1.4 unpacks: stored, imploded, deflated, Deflate64, bzip2. */
const unpackedMethods = new Set([0, 6, 8, 9, 12])
/** Twice the three records of each of 10,000 files, which is clamd's own limit (`MaxFiles`). */
const maxRecords = 60_000

/** Consecutive directory entries without gaps. */
interface Directory {
  at: number
  end: number
  entries: CentralHeader[]
}

/**
 * Inspects the bytes that are sent to clamd for zip archives that clamd 1.4 reports as clean without unpacking them.
 * docs/decisions/archives-clamd-skips.md lists the cases. Uses bounded memory.
 */
export class ZipAudit {
  readonly #records = new ZipRecordFinder({
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

  /** Adds the next bytes of the file. */
  add(bytes: Buffer): void {
    if (!this.#skipped) this.#records.add(bytes)
  }

  /** Returns true if clamd skips content of this file. Call once, after the last byte. */
  hasSkippedContent(): boolean {
    if (!this.#skipped) this.#records.end()
    return this.#skipped || this.#usesZip64 || this.#skipsEntries()
  }

  /** Returns the local header at an offset. Undefined if no header is there, or if the limit of records was exceeded. */
  localAt(at: number): LocalHeader | undefined {
    return this.#skipped ? undefined : this.#locals.get(at)
  }

  /** The end offsets of zip archives: the file itself and archives stored in it. */
  get ends(): readonly number[] {
    return this.#ends
  }

  /** Returns true if the file ends with the end record of a zip archive, where readers start. */
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
    const current = this.#directory
    // A signature inside an entry's name or comment does not start an entry.
    if (current && header.at < current.end) return
    if (current?.end === header.at) {
      current.entries.push(header)
      current.end = header.end
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
   * clamd unpacks a file that starts with a local header by its directory alone, with offsets from the first byte. It unpacks an
   * archive after other content, such as a picture or a program, by its local headers alone.
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

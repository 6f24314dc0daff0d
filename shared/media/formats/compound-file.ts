import { ChainCursor, CompoundFat, offsetOf } from './compound-fat.ts'
import {
  assignParents,
  type CompoundEntry,
  type CompoundHeader,
  entryBytes,
  headerBytes,
  maxRegularSector,
  parseEntry,
  parseHeader,
} from './compound-records.ts'
import { boundedReader, type ReadAt, ReadLimitError } from './read-at.ts'

const maxEntries = 65_536
const maxReadBytes = 32 * 1024 * 1024

/**
 * Reads the directory of a compound file (MS-CFB, "OLE2"): legacy Office documents, Outlook messages, encrypted Office
 * documents. Reads at most 32 MiB of the file and 65,536 entries, in linear time.
 */
export class CompoundFile {
  readonly #read: ReadAt
  readonly #header: CompoundHeader
  readonly #fat: CompoundFat
  #entries: CompoundEntry[] = []
  #isComplete = true
  #exceedsLimits = false

  private constructor(read: ReadAt, header: CompoundHeader) {
    this.#read = read
    this.#header = header
    this.#fat = new CompoundFat(read, header)
  }

  /** Resolves to undefined for other files. Rejects only with the errors of `read`. */
  static async open(read: ReadAt): Promise<CompoundFile | undefined> {
    const bounded = boundedReader(read, maxReadBytes)
    const header = parseHeader(await bounded(0, headerBytes))
    if (!header) return undefined
    const file = new CompoundFile(bounded, header)
    await file.#readDirectory()
    return file
  }

  /** The root, storages and streams, in the directory's order. */
  get entries(): readonly CompoundEntry[] {
    return this.#entries
  }

  /** False if the directory is truncated, broken or beyond the limits, so that entries may be missing. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** True once a limit has prevented a read. */
  get exceedsLimits(): boolean {
    return this.#exceedsLimits
  }

  /** The direct children of the root. */
  get rootEntries(): CompoundEntry[] {
    return this.#entries.filter(({ parents }) => parents?.length === 0)
  }

  /** Reads the first `maxBytes` bytes of a stream, or fewer if the file is truncated, broken or beyond the limits. */
  async readStream(entry: CompoundEntry, maxBytes: number): Promise<Buffer> {
    const bytes = Math.min(entry.sizeBytes, maxBytes)
    const read =
      entry.sizeBytes < this.#header.miniCutoffBytes
        ? await this.#readMini(entry.startSector, bytes)
        : await this.#readChain(entry.startSector, bytes)
    return read.bytes.subarray(0, bytes)
  }

  async #readDirectory(): Promise<void> {
    const { bytes, isComplete } = await this.#readChain(
      this.#header.directoryStart,
      maxEntries * entryBytes,
    )
    const isVersion3 = this.#header.sectorShift === 9
    const nodes = Array.from({ length: Math.floor(bytes.length / entryBytes) }, (_, index) =>
      parseEntry(bytes.subarray(index * entryBytes, (index + 1) * entryBytes), isVersion3),
    )
    this.#exceedsLimits ||= bytes.length >= maxEntries * entryBytes
    this.#isComplete = isComplete && !this.#exceedsLimits
    assignParents(nodes)
    this.#entries = nodes.flatMap((node) => (node ? [node.entry] : []))
  }

  /** Reads up to `maxBytes` of a chain of sectors. `isComplete` is true if the chain ended properly or has `maxBytes`. */
  async #readChain(
    start: number,
    maxBytes: number,
  ): Promise<{ bytes: Buffer; isComplete: boolean }> {
    const sectorBytes = 1 << this.#header.sectorShift
    const parts: Buffer[] = []
    const result = (isComplete: boolean) => ({ bytes: Buffer.concat(parts), isComplete })
    let sector: number | undefined = start
    try {
      for (let left = maxBytes; left > 0 && sector <= maxRegularSector; left -= sectorBytes) {
        const part = await this.#read(offsetOf(sector, this.#header), sectorBytes)
        parts.push(part)
        if (part.length < sectorBytes) return result(false)
        sector = await this.#fat.next(sector)
        if (sector === undefined) return result(false)
      }
      return result(true)
    } catch (error) {
      this.#catchLimit(error)
      return result(false)
    }
  }

  /** Reads a small stream, which is stored in mini sectors inside the root's stream (§2.4). */
  async #readMini(start: number, bytes: number): Promise<{ bytes: Buffer }> {
    const root = this.#entries.find(({ kind }) => kind === 'root')
    const { miniSectorShift, miniFatStart, miniCutoffBytes } = this.#header
    if (!root || bytes > miniCutoffBytes) return { bytes: Buffer.alloc(0) }
    const miniBytes = 1 << miniSectorShift
    const sectors: number[] = []
    const miniFat = new ChainCursor(miniFatStart)
    for (let sector = start; sectors.length * miniBytes < bytes;) {
      if (sector > maxRegularSector) break
      sectors.push(sector)
      const next = await this.#readAtChain(miniFat, sector * 4, 4)
      if (next.length < 4) break
      sector = next.readUInt32LE(0)
    }
    const stream = new ChainCursor(root.startSector)
    const parts: Buffer[] = []
    for (const sector of sectors)
      parts.push(await this.#readAtChain(stream, sector * miniBytes, miniBytes))
    return { bytes: Buffer.concat(parts) }
  }

  /** Reads bytes at an offset of a chain. The bytes must lie in one sector. */
  async #readAtChain(cursor: ChainCursor, offset: number, bytes: number): Promise<Buffer> {
    const { sectorShift } = this.#header
    try {
      const sectorBytes = 2 ** sectorShift
      const index = Math.floor(offset / sectorBytes)
      const sector = await cursor.seek(index, (from) => this.#fat.next(from))
      if (sector === undefined) return Buffer.alloc(0)
      return await this.#read(offsetOf(sector, this.#header) + (offset % sectorBytes), bytes)
    } catch (error) {
      this.#catchLimit(error)
      return Buffer.alloc(0)
    }
  }

  #catchLimit(error: unknown): void {
    if (!(error instanceof ReadLimitError)) throw error
    this.#exceedsLimits = true
  }
}

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
/** Look-ups in the FAT, for all chains of a file together: broken chains may run in circles. */
const maxSteps = 200_000
/** Those of a file of 4 GiB. */
const maxFatSectors = 65_536

/**
 * The directory of a compound file (MS-CFB, "OLE2"): legacy Office documents, Outlook messages, encrypted Office documents.
 * Wherever the directory lies, reads at most 32 MiB of the file and 65,536 entries, in time linear in them.
 */
export class CompoundFile {
  readonly #read: ReadAt
  readonly #header: CompoundHeader
  /** FAT sectors, as far as the chain of DIFAT sectors has been followed. */
  readonly #fatSectors: number[]
  #nextDifat: number
  #steps = 0
  #entries: CompoundEntry[] = []
  #isWhole = true
  #exceedsLimits = false

  private constructor(read: ReadAt, header: CompoundHeader) {
    this.#read = read
    this.#header = header
    this.#fatSectors = [...header.difat]
    this.#nextDifat = header.difatStart
  }

  /** Resolves to undefined for a file that is not a compound file. Rejects with the errors of `read` only. */
  static async open(read: ReadAt): Promise<CompoundFile | undefined> {
    const bounded = boundedReader(read, maxReadBytes)
    const header = parseHeader(await bounded(0, headerBytes))
    if (!header) return undefined
    const file = new CompoundFile(bounded, header)
    await file.#readDirectory()
    return file
  }

  /** In the directory's order; storages and streams that are in use. */
  get entries(): readonly CompoundEntry[] {
    return this.#entries
  }

  /** False where the directory is cut off, broken or beyond the limits: then some entries may be missing. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** True once something was not read because of the limits. */
  get exceedsLimits(): boolean {
    return this.#exceedsLimits
  }

  /** The entries right under the root. */
  get rootEntries(): CompoundEntry[] {
    return this.#entries.filter(({ parents }) => parents?.length === 0)
  }

  /** The first bytes of a stream, at most `maxBytes`; fewer where the file is cut off, broken or beyond the limits. */
  async readStream(entry: CompoundEntry, maxBytes: number): Promise<Buffer> {
    const bytes = Math.min(entry.sizeBytes, maxBytes)
    const read =
      entry.sizeBytes < this.#header.miniCutoffBytes
        ? await this.#readMini(entry.startSector, bytes)
        : await this.#readChain(entry.startSector, bytes)
    return read.bytes.subarray(0, bytes)
  }

  async #readDirectory(): Promise<void> {
    const { bytes, isWhole } = await this.#readChain(
      this.#header.directoryStart,
      maxEntries * entryBytes,
    )
    const isVersion3 = this.#header.sectorShift === 9
    const nodes = Array.from({ length: Math.floor(bytes.length / entryBytes) }, (_, index) =>
      parseEntry(bytes.subarray(index * entryBytes, (index + 1) * entryBytes), isVersion3),
    )
    this.#exceedsLimits ||= bytes.length >= maxEntries * entryBytes
    this.#isWhole = isWhole && !this.#exceedsLimits
    assignParents(nodes)
    this.#entries = nodes.flatMap((node) => (node ? [node.entry] : []))
  }

  /** Up to `maxBytes` of a chain of sectors; whole, when the chain came to its end or had as many. */
  async #readChain(start: number, maxBytes: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
    const sectorBytes = 1 << this.#header.sectorShift
    const parts: Buffer[] = []
    const result = (isWhole: boolean) => ({ bytes: Buffer.concat(parts), isWhole })
    let sector: number | undefined = start
    try {
      for (let left = maxBytes; left > 0 && sector <= maxRegularSector; left -= sectorBytes) {
        const part = await this.#read(this.#offsetOf(sector), sectorBytes)
        parts.push(part)
        if (part.length < sectorBytes) return result(false)
        sector = await this.#next(sector)
        if (sector === undefined) return result(false)
      }
      return result(true)
    } catch (error) {
      this.#catchLimit(error)
      return result(false)
    }
  }

  /** Small streams lie in sectors of 64 bytes inside the root's stream (§2.4). */
  async #readMini(start: number, bytes: number): Promise<{ bytes: Buffer }> {
    const root = this.#entries.find(({ kind }) => kind === 'root')
    const { miniSectorShift, miniFatStart, miniCutoffBytes } = this.#header
    if (!root || bytes > miniCutoffBytes) return { bytes: Buffer.alloc(0) }
    const miniBytes = 1 << miniSectorShift
    const sectors: number[] = []
    const fat = new ChainCursor(miniFatStart)
    for (let sector = start; sectors.length * miniBytes < bytes;) {
      if (sector > maxRegularSector) break
      sectors.push(sector)
      const next = await this.#readAtChain(fat, sector * 4, 4)
      if (next.length < 4) break
      sector = next.readUInt32LE(0)
    }
    const stream = new ChainCursor(root.startSector)
    const parts: Buffer[] = []
    for (const sector of sectors)
      parts.push(await this.#readAtChain(stream, sector * miniBytes, miniBytes))
    return { bytes: Buffer.concat(parts) }
  }

  /** Bytes at an offset of a chain, which do not cross a sector. */
  async #readAtChain(cursor: ChainCursor, offset: number, bytes: number): Promise<Buffer> {
    const { sectorShift } = this.#header
    try {
      const sectorBytes = 2 ** sectorShift
      const index = Math.floor(offset / sectorBytes)
      const sector = await cursor.seek(index, (from) => this.#next(from))
      if (sector === undefined) return Buffer.alloc(0)
      return await this.#read(this.#offsetOf(sector) + (offset % sectorBytes), bytes)
    } catch (error) {
      this.#catchLimit(error)
      return Buffer.alloc(0)
    }
  }

  #catchLimit(error: unknown): void {
    if (!(error instanceof ReadLimitError)) throw error
    this.#exceedsLimits = true
  }

  #offsetOf(sector: number): number {
    return (sector + 1) * 2 ** this.#header.sectorShift
  }

  /** The sector after another one in its chain, from the FAT; undefined where the FAT does not reach it. */
  async #next(sector: number): Promise<number | undefined> {
    this.#steps += 1
    if (this.#steps > maxSteps) throw new ReadLimitError(`more than ${maxSteps} FAT look-ups`)
    const perSector = 2 ** this.#header.sectorShift / 4
    const fatSector = await this.#fatSector(Math.floor(sector / perSector))
    if (fatSector === undefined) return undefined
    const entry = await this.#read(this.#offsetOf(fatSector) + (sector % perSector) * 4, 4)
    return entry.length < 4 ? undefined : entry.readUInt32LE(0)
  }

  async #fatSector(index: number): Promise<number | undefined> {
    const sectorBytes = 2 ** this.#header.sectorShift
    if (index >= maxFatSectors) return undefined
    while (index >= this.#fatSectors.length && this.#nextDifat <= maxRegularSector) {
      const difat = await this.#read(this.#offsetOf(this.#nextDifat), sectorBytes)
      if (difat.length < sectorBytes) return undefined
      for (let at = 0; at < sectorBytes - 4; at += 4) this.#fatSectors.push(difat.readUInt32LE(at))
      this.#nextDifat = difat.readUInt32LE(sectorBytes - 4)
    }
    const sector = this.#fatSectors[index]
    return sector === undefined || sector > maxRegularSector ? undefined : sector
  }
}

/** A place in a chain of sectors: going forward costs the sectors in between, and no sector is passed twice. */
class ChainCursor {
  readonly #sectors: number[]

  constructor(start: number) {
    this.#sectors = start <= maxRegularSector ? [start] : []
  }

  async seek(
    index: number,
    next: (sector: number) => Promise<number | undefined>,
  ): Promise<number | undefined> {
    while (this.#sectors.length <= index) {
      const last = this.#sectors.at(-1)
      const following = last === undefined ? undefined : await next(last)
      if (following === undefined || following > maxRegularSector) return undefined
      this.#sectors.push(following)
    }
    return this.#sectors[index]
  }
}

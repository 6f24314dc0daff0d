import { type CompoundHeader, maxRegularSector } from './compound-records.ts'
import { type ReadAt, ReadLimitError } from './read-at.ts'

/** Limit of FAT look-ups for all chains of a file, because broken chains may be circular. */
const maxSteps = 200_000
/** Enough for a file of 4 GiB. */
const maxFatSectors = 65_536

/** Returns the offset of a sector in the file. */
export function offsetOf(sector: number, { sectorShift }: CompoundHeader): number {
  return (sector + 1) * 2 ** sectorShift
}

/** Reads the file allocation table of a compound file (MS-CFB §2.3). */
export class CompoundFat {
  readonly #read: ReadAt
  readonly #header: CompoundHeader
  /** The FAT sectors from the DIFAT sectors that have been read. */
  readonly #fatSectors: number[]
  #nextDifat: number
  #steps = 0

  constructor(read: ReadAt, header: CompoundHeader) {
    this.#read = read
    this.#header = header
    this.#fatSectors = [...header.difat]
    this.#nextDifat = header.difatStart
  }

  /** Resolves to the next sector of a chain; undefined if the FAT does not contain the sector. */
  async next(sector: number): Promise<number | undefined> {
    this.#steps += 1
    if (this.#steps > maxSteps) throw new ReadLimitError(`more than ${maxSteps} FAT look-ups`)
    const perSector = 2 ** this.#header.sectorShift / 4
    const fatSector = await this.#fatSector(Math.floor(sector / perSector))
    if (fatSector === undefined) return undefined
    const entry = await this.#read(offsetOf(fatSector, this.#header) + (sector % perSector) * 4, 4)
    return entry.length < 4 ? undefined : entry.readUInt32LE(0)
  }

  async #fatSector(index: number): Promise<number | undefined> {
    const sectorBytes = 2 ** this.#header.sectorShift
    if (index >= maxFatSectors) return undefined
    while (index >= this.#fatSectors.length && this.#nextDifat <= maxRegularSector) {
      const difat = await this.#read(offsetOf(this.#nextDifat, this.#header), sectorBytes)
      if (difat.length < sectorBytes) return undefined
      for (let at = 0; at < sectorBytes - 4; at += 4) this.#fatSectors.push(difat.readUInt32LE(at))
      this.#nextDifat = difat.readUInt32LE(sectorBytes - 4)
    }
    const sector = this.#fatSectors[index]
    return sector === undefined || sector > maxRegularSector ? undefined : sector
  }
}

/** Random access to the sectors of one chain. Caches every sector number, so that each is looked up once. */
export class ChainCursor {
  readonly #sectors: number[]

  constructor(start: number) {
    this.#sectors = start <= maxRegularSector ? [start] : []
  }

  /** Resolves to the sector at an index of the chain; undefined beyond its end. */
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

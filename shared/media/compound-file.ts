import { boundedReader, type ReadAt, ReadLimitError } from './read-at.ts'

/** A storage or a stream of a compound file (MS-CFB §2.6.1). */
export interface CompoundEntry {
  name: string
  kind: 'root' | 'storage' | 'stream'
  /** The names of the storages that hold it, outermost first; undefined where no storage does. */
  parents: string[] | undefined
  /** 32 hexadecimal digits, as the bytes stand in the file; zeros where no program registered itself. */
  clsid: string
  sizeBytes: number
  startSector: number
}

interface Header {
  sectorShift: number
  miniSectorShift: number
  directoryStart: number
  miniCutoffBytes: number
  miniFatStart: number
  difatStart: number
  difat: number[]
}

interface Node {
  entry: CompoundEntry
  left: number
  right: number
  child: number
}

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const headerBytes = 512
const entryBytes = 128
/** Larger numbers mark free sectors, ends of chains and the like (§2.1). */
const maxRegularSector = 0xfffffffa
const kinds: Record<number, CompoundEntry['kind']> = { 1: 'storage', 2: 'stream', 5: 'root' }

const maxEntries = 65_536
const maxReadBytes = 32 * 1024 * 1024
/** Look-ups in the FAT, for all chains of a file together: broken chains may run in circles. */
const maxSteps = 200_000
/** Those of a file of 4 GiB. */
const maxFatSectors = 65_536
const maxDepth = 32

export function isCompoundFile(head: Uint8Array): boolean {
  return signature.equals(head.subarray(0, signature.length))
}

/**
 * The directory of a compound file (MS-CFB, "OLE2"): legacy Office documents, Outlook messages, encrypted Office documents.
 * Wherever the directory lies, reads at most 32 MiB of the file and 65,536 entries, in time linear in them.
 */
export class CompoundFile {
  readonly #read: ReadAt
  readonly #header: Header
  /** FAT sectors, as far as the chain of DIFAT sectors has been followed. */
  readonly #fatSectors: number[]
  #nextDifat: number
  #steps = 0
  #entries: CompoundEntry[] = []
  #isWhole = true
  #exceedsLimits = false

  private constructor(read: ReadAt, header: Header) {
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

/** MS-CFB §2.2. Undefined for other files, and for sector sizes that no reader takes. */
function parseHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < headerBytes || !isCompoundFile(bytes)) return undefined
  const sectorShift = bytes.readUInt16LE(30)
  const miniSectorShift = bytes.readUInt16LE(32)
  if (sectorShift < 7 || sectorShift > 16 || miniSectorShift >= sectorShift) return undefined
  return {
    sectorShift,
    miniSectorShift,
    directoryStart: bytes.readUInt32LE(48),
    miniCutoffBytes: bytes.readUInt32LE(56),
    miniFatStart: bytes.readUInt32LE(60),
    difatStart: bytes.readUInt32LE(68),
    difat: Array.from({ length: 109 }, (_, index) => bytes.readUInt32LE(76 + index * 4)),
  }
}

/** MS-CFB §2.6.1; undefined for an entry that is not in use. In version 3 only the low half of the size counts. */
function parseEntry(bytes: Buffer, isVersion3: boolean): Node | undefined {
  const kind = kinds[bytes.readUInt8(66)]
  if (!kind) return undefined
  const nameBytes = Math.min(64, bytes.readUInt16LE(64)) & ~1
  const entry: CompoundEntry = {
    name: bytes.toString('utf16le', 0, Math.max(0, nameBytes - 2)),
    kind,
    parents: undefined,
    clsid: bytes.toString('hex', 80, 96),
    sizeBytes: bytes.readUInt32LE(120) + (isVersion3 ? 0 : bytes.readUInt32LE(124) * 2 ** 32),
    startSector: bytes.readUInt32LE(116),
  }
  return {
    entry,
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
  }
}

/** Walks the trees of siblings from the root (§2.6.4), each entry once, whatever refers to it. */
function assignParents(nodes: (Node | undefined)[]): void {
  const waiting = [{ index: nodes[0]?.child ?? maxRegularSector, parents: [] as string[] }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { index, parents } = next
    const node = nodes[index]
    if (!node || node.entry.parents || node.entry.kind === 'root') continue
    node.entry.parents = parents
    waiting.push({ index: node.left, parents }, { index: node.right, parents })
    if (node.entry.kind === 'storage' && parents.length < maxDepth)
      waiting.push({ index: node.child, parents: [...parents, node.entry.name] })
  }
}

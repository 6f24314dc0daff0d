/** A file's header in front of its data (APPNOTE 6.3.10 §4.3.7). */
export interface LocalHeader {
  at: number
  plausible: boolean
  /** True when the sizes stand behind the data, and here zeros (§4.4.4, bit 3). */
  isStreamed: boolean
  isEncrypted: boolean
  flags: number
  method: number
  compressedBytes: number
  sizeBytes: number
  nameBytes: number
  extraBytes: number
}

/** A file's entry in the directory (§4.3.12). */
export interface CentralHeader {
  at: number
  end: number
  method: number
  isStreamed: boolean
  compressedBytes: number
  sizeBytes: number
  localAt: number
}

/** The end of the directory (§4.3.16). */
export interface DirectoryEnd {
  at: number
  end: number
  directoryAt: number
}

export interface RecordVisitor {
  local: (header: LocalHeader) => void
  central: (header: CentralHeader) => void
  end: (record: DirectoryEnd) => void
  /** The locator of a Zip64 end of the directory (§4.3.15), which stands right in front of the end. */
  locator: (at: number) => void
}

/** Of a Zip64 locator. */
export const locatorBytes = 20

interface RecordKind {
  signature: Buffer
  fixedBytes: number
  visit: (visitor: RecordVisitor, bytes: Buffer, at: number) => void
}

const encryptedFlag = 0x0001
const streamedFlag = 0x0008
/** The newest version of the format is 6.3: as `version needed to extract`, 63. */
const newestVersion = 63
const longestNameBytes = 4096

const kinds: RecordKind[] = [
  {
    signature: Buffer.from('PK\u0003\u0004'),
    fixedBytes: 30,
    visit(visitor, bytes, at) {
      const flags = bytes.readUInt16LE(6)
      const nameBytes = bytes.readUInt16LE(26)
      visitor.local({
        at,
        plausible:
          bytes.readUInt16LE(4) <= newestVersion && nameBytes > 0 && nameBytes <= longestNameBytes,
        isStreamed: (flags & streamedFlag) !== 0,
        isEncrypted: (flags & encryptedFlag) !== 0,
        flags,
        method: bytes.readUInt16LE(8),
        compressedBytes: bytes.readUInt32LE(18),
        sizeBytes: bytes.readUInt32LE(22),
        nameBytes,
        extraBytes: bytes.readUInt16LE(28),
      })
    },
  },
  {
    signature: Buffer.from('PK\u0001\u0002'),
    fixedBytes: 46,
    visit(visitor, bytes, at) {
      const variableBytes = bytes.readUInt16LE(28) + bytes.readUInt16LE(30) + bytes.readUInt16LE(32)
      visitor.central({
        at,
        end: at + 46 + variableBytes,
        method: bytes.readUInt16LE(10),
        isStreamed: (bytes.readUInt16LE(8) & streamedFlag) !== 0,
        compressedBytes: bytes.readUInt32LE(20),
        sizeBytes: bytes.readUInt32LE(24),
        localAt: bytes.readUInt32LE(42),
      })
    },
  },
  {
    signature: Buffer.from('PK\u0005\u0006'),
    fixedBytes: 22,
    visit(visitor, bytes, at) {
      visitor.end({
        at,
        end: at + 22 + bytes.readUInt16LE(20),
        directoryAt: bytes.readUInt32LE(16),
      })
    },
  },
  {
    signature: Buffer.from('PK\u0006\u0007'),
    fixedBytes: locatorBytes,
    visit: (visitor, _, at) => visitor.locator(at),
  },
]

/** So much is kept of the bytes before, for a record that is cut in two. */
const carriedBytes = Math.max(...kinds.map(({ fixedBytes }) => fixedBytes)) - 1

/** What looks like a record of a zip file, anywhere in a stream of bytes, in the stream's order; constant memory. */
export class ZipRecords {
  readonly #visitor: RecordVisitor
  #carried: Buffer = Buffer.alloc(0)
  #position = 0

  constructor(visitor: RecordVisitor) {
    this.#visitor = visitor
  }

  /** How many bytes there were so far. */
  get position(): number {
    return this.#position
  }

  add(chunk: Buffer): void {
    const carriedAt = this.#position - this.#carried.length
    const seam = Buffer.concat([this.#carried, chunk.subarray(0, carriedBytes)])
    // Whatever begins in the carried bytes, then whatever begins in the chunk and is whole in it.
    const seamStarts = Math.min(this.#carried.length, seam.length - carriedBytes)
    this.#visit(seam, carriedAt, seamStarts)
    const chunkStarts = chunk.length - carriedBytes
    this.#visit(chunk, this.#position, chunkStarts)
    this.#carried =
      chunkStarts > 0
        ? Buffer.from(chunk.subarray(chunkStarts))
        : seam.subarray(Math.max(0, seamStarts))
    this.#position += chunk.length
  }

  /** Says that there are no more bytes: the last records may be short ones. */
  end(): void {
    this.#visit(this.#carried, this.#position - this.#carried.length, this.#carried.length)
    this.#carried = Buffer.alloc(0)
  }

  /** The records that begin in the first `starts` bytes and whose fixed part is whole. */
  #visit(bytes: Buffer, offset: number, starts: number): void {
    if (starts <= 0) return
    const found = kinds.flatMap((kind) =>
      occurrences(bytes, kind, starts).map((index) => ({ kind, index })),
    )
    if (found.length > 1) found.sort((one, other) => one.index - other.index)
    for (const { kind, index } of found)
      kind.visit(this.#visitor, bytes.subarray(index), offset + index)
  }
}

function occurrences(bytes: Buffer, { signature, fixedBytes }: RecordKind, starts: number) {
  const found: number[] = []
  for (let at = bytes.indexOf(signature); at >= 0 && at < starts;) {
    if (at + fixedBytes <= bytes.length) found.push(at)
    at = bytes.indexOf(signature, at + 1)
  }
  return found
}

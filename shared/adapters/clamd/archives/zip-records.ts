import { locatorBytes } from '../../../media/formats/zip64.ts'

/** The header before an entry's data (APPNOTE 6.3.10 §4.3.7). */
export interface LocalHeader {
  at: number
  /** True if version and name length are valid, so that the record is not random data. */
  plausible: boolean
  /** True if the sizes follow the data and are zero here (§4.4.4, bit 3). */
  isStreamed: boolean
  isEncrypted: boolean
  flags: number
  method: number
  compressedBytes: number
  sizeBytes: number
  nameBytes: number
  extraBytes: number
}

/** An entry in the directory (§4.3.12). */
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
  /** Receives the offset of a Zip64 locator (§4.3.15), which directly precedes the end record. */
  locator: (at: number) => void
}

/** A kind of record: how to find it, and how to parse it. `bytes` starts with the record's fixed part. */
export interface RecordKind {
  signature: Buffer
  fixedBytes: number
  visit: (visitor: RecordVisitor, bytes: Buffer, at: number) => void
}

const encryptedFlag = 0x0001
const streamedFlag = 0x0008
/** `version needed to extract` of the newest version of the format, 6.3. */
const newestVersion = 63
const longestNameBytes = 4096

export const recordKinds: RecordKind[] = [
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

import { crc32, deflateRawSync } from 'node:zlib'

/** Value of a 32-bit field whose number is in the Zip64 extra field. */
const elsewhere = 0xffffffff
const streamedFlag = 0x0008

/** Options of an entry. The defaults make a plain entry. */
export interface OddEntry {
  /** 0 is stored, 8 is deflate. For other methods, the bytes are stored too. */
  method?: number
  /** Writes the sizes after the data (APPNOTE §4.3.9), in 64 bits with `wideDescriptor`. */
  streamed?: boolean
  wideDescriptor?: boolean
  /** Writes the sizes to the Zip64 extra field of the local header, or of the directory entry. */
  zip64Local?: boolean
  zip64Directory?: boolean
  /** Writes the offset to the Zip64 extra field of the directory entry. */
  zip64Offset?: boolean
  /** Writes a Zip64 end record (§4.3.14), which the end record refers to. */
  zip64End?: boolean
  /** Sizes in the local header, which may be wrong. */
  claims?: { compressedBytes: number; sizeBytes: number }
  /** Bytes before the archive. The offsets include them. */
  prefix?: Buffer
}

/** Makes a zip archive with one entry in variants that readers accept but scanners may not. */
export function oddZip(name: string, bytes: Buffer, entry: OddEntry = {}): Buffer {
  const { prefix = Buffer.alloc(0), method = 0, streamed = false } = entry
  const data = method === 8 ? deflateRawSync(bytes) : bytes
  const sizes = { compressedBytes: data.length, sizeBytes: bytes.length }
  const common = { method, flags: streamed ? streamedFlag : 0, crc: crc32(bytes) }
  const known = streamed ? { compressedBytes: 0, sizeBytes: 0 } : sizes
  const before = Buffer.concat([
    prefix,
    localHeader(name, { ...common, ...known, ...entry.claims }, entry.zip64Local ?? false),
    data,
    streamed ? descriptor({ ...common, ...sizes }, entry.wideDescriptor ?? false) : Buffer.alloc(0),
  ])
  const directory = directoryEntry(name, { ...common, ...sizes, at: prefix.length }, entry)
  const end = directoryEnd(directory.length, before.length, entry.zip64End ?? false)
  return Buffer.concat([before, directory, end])
}

interface Fields {
  method: number
  flags: number
  crc: number
  compressedBytes: number
  sizeBytes: number
}

function localHeader(name: string, fields: Fields, zip64: boolean): Buffer {
  const extra = zip64 ? zip64Extra([fields.sizeBytes, fields.compressedBytes]) : Buffer.alloc(0)
  const { crc, ...sizes } = zip64 ? { ...fields, ...wide } : fields
  const shown = fields.flags & streamedFlag ? 0 : crc
  return Buffer.concat([
    uint32(0x04034b50),
    uint16(20, sizes.flags, sizes.method, 0, 0x21),
    uint32(shown, sizes.compressedBytes, sizes.sizeBytes),
    uint16(Buffer.byteLength(name), extra.length),
    Buffer.from(name),
    extra,
  ])
}

function descriptor({ crc, compressedBytes, sizeBytes }: Fields, isWide: boolean): Buffer {
  const sizes = isWide ? uint64(compressedBytes, sizeBytes) : uint32(compressedBytes, sizeBytes)
  return Buffer.concat([uint32(0x08074b50, crc), sizes])
}

function directoryEntry(name: string, fields: Fields & { at: number }, entry: OddEntry): Buffer {
  const extraFields = [
    ...(entry.zip64Directory ? [fields.sizeBytes, fields.compressedBytes] : []),
    ...(entry.zip64Offset ? [fields.at] : []),
  ]
  const extra = extraFields.length > 0 ? zip64Extra(extraFields) : Buffer.alloc(0)
  const sizes = entry.zip64Directory ? wide : fields
  return Buffer.concat([
    uint32(0x02014b50),
    uint16(20, 20, fields.flags, fields.method, 0, 0x21),
    uint32(fields.crc, sizes.compressedBytes, sizes.sizeBytes),
    uint16(Buffer.byteLength(name), extra.length, 0, 0, 0),
    uint32(0, entry.zip64Offset ? elsewhere : fields.at),
    Buffer.from(name),
    extra,
  ])
}

function directoryEnd(bytes: number, at: number, zip64: boolean): Buffer {
  const plain = (count: number, size: number, offset: number) =>
    Buffer.concat([uint32(0x06054b50), uint16(0, 0, count, count), uint32(size, offset), uint16(0)])
  if (!zip64) return plain(1, bytes, at)
  return Buffer.concat([
    uint32(0x06064b50),
    uint64(44),
    uint16(45, 45),
    uint32(0, 0),
    uint64(1, 1, bytes, at),
    uint32(0x07064b50, 0),
    uint64(at + bytes),
    uint32(1),
    plain(0xffff, elsewhere, elsewhere),
  ])
}

const wide = { compressedBytes: elsewhere, sizeBytes: elsewhere }

/** Makes a Zip64 extra field (§4.5.3), which contains only the overflowing values, in this order. */
function zip64Extra(values: number[]): Buffer {
  return Buffer.concat([uint16(1, 8 * values.length), uint64(...values)])
}

function uint16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  values.forEach((value, index) => bytes.writeUInt16LE(value, 2 * index))
  return bytes
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32LE(value, 4 * index))
  return bytes
}

function uint64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), 8 * index))
  return bytes
}

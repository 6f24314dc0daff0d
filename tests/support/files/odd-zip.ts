import { crc32, deflateRawSync } from 'node:zlib'

/** A field of 32 bits that says: the number stands in the Zip64 extra field. */
const elsewhere = 0xffffffff
const streamedFlag = 0x0008

/** How an entry is written; by default as plainly as can be. */
export interface OddEntry {
  /** 0 is stored; for any other but 8 (deflate) the bytes are stored nevertheless. */
  method?: number
  /** The sizes stand behind the data (APPNOTE §4.3.9), there in 64 bits with `wideDescriptor`. */
  streamed?: boolean
  wideDescriptor?: boolean
  /** Sizes in the Zip64 extra field of the header in front of the data, of the directory's entry. */
  zip64Local?: boolean
  zip64Directory?: boolean
  /** The offset of the data in the Zip64 extra field of the directory's entry. */
  zip64Offset?: boolean
  /** The end of the directory is the Zip64 one (§4.3.14), and the plain one refers to it. */
  zip64End?: boolean
  /** Sizes that the header in front of the data claims, true or not. */
  claims?: { compressedBytes: number; sizeBytes: number }
  /** Bytes in front of the archive, with offsets that count them. */
  prefix?: Buffer
}

/** A zip archive with one entry, written in ways that readers accept and scanners trip over. */
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

/** §4.5.3: only what the fields of 32 bits have no room for, in this order. */
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

import { promisify } from 'node:util'
import { constants, inflateRaw } from 'node:zlib'
import type { ReadAt } from './read-at.ts'

/** A file in a zip archive, as the directory has it; numbers of 64 bits are read from the Zip64 extra field. */
export interface ZipEntry {
  /** Where its header in the directory begins. */
  at: number
  /** UTF-8, or Latin-1 where the flags do not say so. */
  name: string
  flags: number
  method: number
  crc: number
  compressedBytes: number
  sizeBytes: number
  /** Where the header in front of its data begins, in the file. */
  localAt: number
}

export interface ZipDirectory {
  /** Where the archive begins: after the bytes in front of it, if its offsets do not count them. */
  start: number
  at: number
  end: number
  /** Where the end record begins. */
  endAt: number
  /** Where the Zip64 end record and its locator begin, if there are any. */
  zip64?: { endAt: number; locatorAt: number }
  /** Whether some number stands in a Zip64 extra field. */
  usesZip64: boolean
  entries: ZipEntry[]
}

const inflate = promisify(inflateRaw)
const wide = 0xffffffff
const endSignature = Buffer.from('PK\u0005\u0006')
const endBytes = 22
const locatorSignature = 0x07064b50
const locatorBytes = 20
const zip64EndSignature = 0x06064b50
const zip64EndBytes = 56
const entrySignature = 0x02014b50
const entryBytes = 46
const localSignature = 0x04034b50
const localBytes = 30
const zip64ExtraId = 0x0001
const utf8Flag = 0x0800
const maxCommentBytes = 0xffff

/** 60,000 files with names of 220 bytes. */
export const maxDirectoryBytes = 16 * 1024 * 1024

/**
 * The directory of a zip archive (APPNOTE 6.3.10 §4.3.12 to 4.3.16), at the end of the file; undefined for other files and
 * for broken archives. `too-large` beyond 16 MiB. Takes the Zip64 end record wherever there is one, as most readers do.
 */
export async function readZipDirectory(
  read: ReadAt,
  sizeBytes: number,
): Promise<ZipDirectory | 'too-large' | undefined> {
  const tailAt = Math.max(0, sizeBytes - endBytes - maxCommentBytes - locatorBytes)
  const tail = await read(tailAt, sizeBytes - tailAt)
  const index = tail.lastIndexOf(endSignature, Math.max(0, tail.length - endBytes))
  if (index < 0 || tail.length < endBytes) return undefined
  const endAt = tailAt + index
  const zip64 = await readZip64End(read, { tail, index, endAt })
  const directoryBytes = zip64?.directoryBytes ?? tail.readUInt32LE(index + 12)
  const directoryAt = zip64?.directoryAt ?? tail.readUInt32LE(index + 16)
  const end = zip64?.endAt ?? endAt
  const start = end - directoryAt - directoryBytes
  if (start < 0) return undefined
  if (directoryBytes > maxDirectoryBytes) return 'too-large'
  const places = zip64 && { endAt: zip64.endAt, locatorAt: endAt - locatorBytes }
  // The directory ends at the end record; where other bytes are in between, it is where its offset says.
  for (const from of start > 0 ? [start, 0] : [0]) {
    const at = from + directoryAt
    const parsed = parseEntries(await read(at, directoryBytes), { at, start: from })
    if (!parsed) continue
    const directoryEnd = at + directoryBytes
    return {
      start: from,
      at,
      end: directoryEnd,
      endAt,
      ...(places && { zip64: places }),
      ...parsed,
    }
  }
  return undefined
}

/** Whether a file ends like a zip archive, though its directory may be broken. */
export async function endsLikeZip(read: ReadAt, sizeBytes: number): Promise<boolean> {
  const at = Math.max(0, sizeBytes - endBytes - maxCommentBytes - locatorBytes)
  const tail = await read(at, sizeBytes - at)
  return tail.length >= endBytes && tail.lastIndexOf(endSignature, tail.length - endBytes) >= 0
}

/** §4.3.14, 4.3.15: the locator stands right in front of the end record. */
async function readZip64End(
  read: ReadAt,
  { tail, index, endAt }: { tail: Buffer; index: number; endAt: number },
) {
  const locator = tail.subarray(Math.max(0, index - locatorBytes), index)
  if (locator.length < locatorBytes || locator.readUInt32LE(0) !== locatorSignature)
    return undefined
  // The record has no extensible data in practice; its own offset would not count bytes in front of the archive.
  const at = endAt - locatorBytes - zip64EndBytes
  const record = at < 0 ? Buffer.alloc(0) : await read(at, zip64EndBytes)
  if (record.length < zip64EndBytes || record.readUInt32LE(0) !== zip64EndSignature)
    return undefined
  return {
    endAt: at,
    directoryBytes: readUInt64(record, 40),
    directoryAt: readUInt64(record, 48),
  }
}

function parseEntries(bytes: Buffer, { at, start }: { at: number; start: number }) {
  const entries: ZipEntry[] = []
  let usesZip64 = false
  let position = 0
  while (position + entryBytes <= bytes.length) {
    if (bytes.readUInt32LE(position) !== entrySignature) return undefined
    const nameEnd = position + entryBytes + bytes.readUInt16LE(position + 28)
    const extraEnd = nameEnd + bytes.readUInt16LE(position + 30)
    const end = extraEnd + bytes.readUInt16LE(position + 32)
    if (end > bytes.length) return undefined
    const flags = bytes.readUInt16LE(position + 8)
    const fields = [24, 20, 42].map((field) => bytes.readUInt32LE(position + field))
    const values = wideValues(fields, bytes.subarray(nameEnd, extraEnd))
    if (!values) return undefined
    usesZip64 ||= values !== fields
    const [sizeBytes = 0, compressedBytes = 0, localAt = 0] = values
    entries.push({
      at: at + position,
      name: bytes.toString(flags & utf8Flag ? 'utf8' : 'latin1', position + entryBytes, nameEnd),
      flags,
      method: bytes.readUInt16LE(position + 10),
      crc: bytes.readUInt32LE(position + 16),
      compressedBytes,
      sizeBytes,
      localAt: start + localAt,
    })
    position = end
  }
  return position === bytes.length ? { entries, usesZip64 } : undefined
}

/**
 * The numbers of a header, each from the Zip64 extra field where its field of 32 bits has no room for it (§4.5.3);
 * undefined where it does not stand there, or is beyond what JavaScript counts exactly.
 */
export function wideValues(fields: number[], extra: Buffer): number[] | undefined {
  if (!fields.includes(wide)) return fields
  let at = 0
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== zip64ExtraId)
    at += 4 + extra.readUInt16LE(at + 2)
  if (at + 4 > extra.length) return undefined
  const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  let read = 0
  const values = fields.map((field) => {
    if (field !== wide) return field
    read += 8
    return read <= data.length ? readUInt64(data, read - 8) : Infinity
  })
  return values.every(Number.isSafeInteger) ? values : undefined
}

function readUInt64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

/**
 * A file of the archive, stored or deflated, of at most `maxBytes`, packed and unpacked; undefined for larger, broken and
 * otherwise packed ones.
 */
export async function readZipEntry(
  read: ReadAt,
  entry: ZipEntry,
  maxBytes: number,
): Promise<Buffer | undefined> {
  if (entry.compressedBytes > maxBytes) return undefined
  const local = await read(entry.localAt, localBytes)
  if (local.length < localBytes || local.readUInt32LE(0) !== localSignature) return undefined
  const dataAt = entry.localAt + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28)
  const data = await read(dataAt, entry.compressedBytes)
  if (entry.method === 0) return data
  if (entry.method !== 8) return undefined
  const options = { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH }
  return await inflate(data, options).catch(() => undefined)
}

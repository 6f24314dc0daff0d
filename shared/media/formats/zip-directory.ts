import { promisify } from 'node:util'
import { constants, inflateRaw } from 'node:zlib'
import type { ReadAt } from './read-at.ts'
import { locatorBytes, readZip64End, wideValues } from './zip64.ts'

/** An entry of a zip archive's directory, with the values of its Zip64 extra field. */
export interface ZipEntry {
  /** Offset of the entry's header in the directory. */
  at: number
  /** UTF-8 or Latin-1, depending on the flags. */
  name: string
  flags: number
  method: number
  crc: number
  compressedBytes: number
  sizeBytes: number
  /** Offset of the local header, from the start of the file. */
  localAt: number
}

export interface ZipDirectory {
  /** Offset of the archive in the file: the number of leading bytes that the archive's own offsets do not count. */
  start: number
  at: number
  end: number
  /** Offset of the end record. */
  endAt: number
  /** Offsets of the Zip64 end record and its locator. */
  zip64?: { endAt: number; locatorAt: number }
  /** True if an entry has a value in a Zip64 extra field. */
  usesZip64: boolean
  entries: ZipEntry[]
}

const inflate = promisify(inflateRaw)
const endSignature = Buffer.from('PK\u0005\u0006')
const endBytes = 22
const entrySignature = 0x02014b50
const entryBytes = 46
const localSignature = 0x04034b50
const localBytes = 30
const utf8Flag = 0x0800
const maxCommentBytes = 0xffff

/** Enough for 60,000 entries with names of 220 bytes. */
export const maxDirectoryBytes = 16 * 1024 * 1024

/**
 * Reads the directory at the end of a zip archive (APPNOTE 6.3.10 §4.3.12 to 4.3.16). Resolves to undefined for other files and
 * for broken archives, to `too-large` beyond 16 MiB. Prefers the Zip64 end record, like most readers.
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
  const zip64Offsets = zip64 && { endAt: zip64.endAt, locatorAt: endAt - locatorBytes }
  // The directory normally ends at the end record. If other bytes lie in between, its offset counts from the start of the file.
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
      ...(zip64Offsets && { zip64: zip64Offsets }),
      ...parsed,
    }
  }
  return undefined
}

/** Resolves to true if a file has the end record of a zip archive, even if its directory is broken. */
export async function endsLikeZip(read: ReadAt, sizeBytes: number): Promise<boolean> {
  const at = Math.max(0, sizeBytes - endBytes - maxCommentBytes - locatorBytes)
  const tail = await read(at, sizeBytes - at)
  return tail.length >= endBytes && tail.lastIndexOf(endSignature, tail.length - endBytes) >= 0
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
 * Reads an entry that is stored or deflated. Resolves to undefined if it is broken, uses another method, or has more than
 * `maxBytes`, compressed or not.
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

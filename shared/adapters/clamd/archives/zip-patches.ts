import type { ZipDirectory, ZipEntry } from '../../../media/formats/zip-directory.ts'
import type { Patch } from './patched-body.ts'
import type { LocalHeader } from './zip-records.ts'

/** Values of 32-bit and 16-bit fields whose number is in a Zip64 record. */
const overflow = 0xffffffff
const countOverflow = 0xffff
export const localBytes = 30
export const endBytes = 22
const streamedFlag = 0x0008

/** The zip archives found in a file. */
export interface FoundArchives {
  /** Their end offsets, in ascending order. */
  ends: readonly number[]
  localAt: (at: number) => LocalHeader | undefined
}

/** The changes to one archive. */
export interface Rewrite {
  patches: Patch[]
  headers: { entry: ZipEntry; local: LocalHeader }[]
}

/** Writes the end record's 32-bit fields and erases the Zip64 records. Returns undefined if the two end records disagree. */
export function endPatches(
  { zip64, ...directory }: ZipDirectory,
  end: Buffer,
): Patch[] | undefined {
  const { endAt, entries } = directory
  if (!zip64) return []
  const count = entries.length
  const bytes = directory.end - directory.at
  const at = directory.at - directory.start
  if (count >= countOverflow || end.length < endBytes) return undefined
  const agrees =
    [8, 10].every((field) => [count, countOverflow].includes(end.readUInt16LE(field))) &&
    [bytes, overflow].includes(end.readUInt32LE(12)) &&
    [at, overflow].includes(end.readUInt32LE(16))
  if (!agrees) return undefined
  const counts = count * 0x10001
  return [
    { at: zip64.endAt, bytes: Buffer.alloc(4) },
    { at: zip64.locatorAt, bytes: Buffer.alloc(4) },
    { at: endAt + 8, bytes: uint32(counts, bytes, at) },
  ]
}

/** Writes the 32-bit sizes and offset of a directory entry. Returns undefined if they do not fit. */
export function entryPatches(entry: ZipEntry, { start }: ZipDirectory): Patch[] | undefined {
  const values = [entry.compressedBytes, entry.sizeBytes, entry.localAt - start]
  if (values.some((value) => value >= overflow)) return undefined
  const [compressed = 0, size = 0, offset = 0] = values
  return [
    { at: entry.at + 20, bytes: uint32(compressed, size) },
    { at: entry.at + 42, bytes: uint32(offset) },
  ]
}

/** Writes the 32-bit sizes of local headers. Returns undefined if a header is missing or overlaps another entry. */
export function localPatches(
  { entries, at: directoryAt }: ZipDirectory,
  found: FoundArchives,
  byDirectory: boolean,
): Rewrite | undefined {
  const patches: Patch[] = []
  const headers: Rewrite['headers'] = []
  let free = 0
  for (const entry of entries.toSorted((a, b) => a.localAt - b.localAt)) {
    const local = found.localAt(entry.localAt)
    if (!local || local.at < free) return undefined
    free = local.at + localBytes + local.nameBytes + local.extraBytes + entry.compressedBytes
    const sizes = uint32(entry.compressedBytes, entry.sizeBytes)
    if (!local.isStreamed && (local.compressedBytes === overflow || local.sizeBytes === overflow)) {
      patches.push({ at: local.at + 18, bytes: sizes })
      headers.push({ entry, local })
    }
    if (local.isStreamed && !byDirectory) {
      patches.push({ at: local.at + 6, bytes: uint16(local.flags & ~streamedFlag) })
      patches.push({ at: local.at + 14, bytes: Buffer.concat([uint32(entry.crc), sizes]) })
    }
  }
  return free > directoryAt ? undefined : { patches, headers }
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32LE(value, 4 * index))
  return bytes
}

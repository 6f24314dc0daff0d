import { Readable } from 'node:stream'
import { boundedReader, type ReadAt, ReadLimitError } from '../../media/read-at.ts'
import {
  maxDirectoryBytes,
  readZipDirectory,
  type ZipDirectory,
  type ZipEntry,
  wideValues,
} from '../../media/zip-directory.ts'
import { type Patch, patchedBody, type Probe } from './patched-body.ts'
import type { LocalHeader } from './zip-records.ts'

const wide = 0xffffffff
const wideCount = 0xffff
const localBytes = 30
const endBytes = 22
const streamedFlag = 0x0008

/** A zip archive as clamd reads it. */
export interface ZipView {
  body: (original: Readable) => Readable
  /** Whether a header in front of the data says something else than the directory; known once the body has been read. */
  contradicts: () => boolean
}

interface Source {
  read: ReadAt
  sizeBytes: number
  localAt: (at: number) => LocalHeader | undefined
}

/**
 * An archive with the numbers where clamd reads them: those of Zip64 extra fields (APPNOTE 6.3.10 §4.5.3) in the fields of
 * 32 bits, and behind other bytes those of streamed entries (§4.4.4, bit 3) in front of the data. Every other byte is the
 * original's. Undefined where no such archive can be made: there is nothing to move, the directory is missing, broken or
 * larger than 16 MiB, it contradicts itself, entries overlap, or a number does not fit.
 */
export async function openZipView(source: Source): Promise<ZipView | undefined> {
  const read = boundedReader(source.read, 2 * maxDirectoryBytes)
  try {
    const directory = await readZipDirectory(read, source.sizeBytes)
    if (!directory || directory === 'too-large') return undefined
    const entries = directory.entries.map((entry) => entryPatches(entry, directory))
    if (!entries.every((patches) => patches !== undefined)) return undefined
    const end = endPatches(directory, await read(directory.endAt, endBytes))
    const locals = localPatches(directory, source.localAt)
    if (!end || !locals) return undefined
    const isSame = !directory.zip64 && locals.patches.length === 0 && !directory.usesZip64
    return isSame ? undefined : view([...locals.patches, ...entries.flat(), ...end], locals.headers)
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

function view(patches: Patch[], headers: { entry: ZipEntry; local: LocalHeader }[]): ZipView {
  let contradicts = false
  const probes = headers.map(({ entry, local }): Probe => ({
    at: local.at + localBytes + local.nameBytes,
    length: local.extraBytes,
    seen(extra) {
      const values = wideValues([local.sizeBytes, local.compressedBytes], extra)
      const isSame = values?.[0] === entry.sizeBytes && values[1] === entry.compressedBytes
      if (!isSame) contradicts = true
    },
  }))
  const ordered = patches.toSorted((one, other) => one.at - other.at)
  return {
    body: (original) => Readable.from(patchedBody(original, { patches: ordered, probes })),
    contradicts: () => contradicts,
  }
}

/** The end of the directory in 32 bits, and neither a Zip64 end nor its locator; undefined where the two ends disagree. */
function endPatches({ zip64, ...directory }: ZipDirectory, end: Buffer): Patch[] | undefined {
  const { endAt, entries } = directory
  if (!zip64) return []
  const count = entries.length
  const bytes = directory.end - directory.at
  const at = directory.at - directory.start
  if (count >= wideCount || end.length < endBytes) return undefined
  const agrees =
    [8, 10].every((field) => [count, wideCount].includes(end.readUInt16LE(field))) &&
    [bytes, wide].includes(end.readUInt32LE(12)) &&
    [at, wide].includes(end.readUInt32LE(16))
  if (!agrees) return undefined
  const counts = count * 0x10001
  return [
    { at: zip64.endAt, bytes: Buffer.alloc(4) },
    { at: zip64.locatorAt, bytes: Buffer.alloc(4) },
    { at: endAt + 8, bytes: uint32(counts, bytes, at) },
  ]
}

/** The directory's sizes and offset of an entry; undefined where they do not fit 32 bits. */
function entryPatches(entry: ZipEntry, { start }: ZipDirectory): Patch[] | undefined {
  const values = [entry.compressedBytes, entry.sizeBytes, entry.localAt - start]
  if (values.some((value) => value >= wide)) return undefined
  const [compressed = 0, size = 0, offset = 0] = values
  return [
    { at: entry.at + 20, bytes: uint32(compressed, size) },
    { at: entry.at + 42, bytes: uint32(offset) },
  ]
}

/** The sizes in front of the data, where they stand in the extra field; undefined where a header is missing or overlaps. */
function localPatches({ entries, at: directoryAt }: ZipDirectory, localAt: Source['localAt']) {
  const patches: Patch[] = []
  const headers: { entry: ZipEntry; local: LocalHeader }[] = []
  // A file that begins as an archive is read by its directory alone.
  const begins = entries.some((entry) => entry.localAt === 0)
  let free = 0
  for (const entry of entries.toSorted((one, other) => one.localAt - other.localAt)) {
    const local = localAt(entry.localAt)
    if (!local || local.at < free) return undefined
    free = local.at + localBytes + local.nameBytes + local.extraBytes + entry.compressedBytes
    const sizes = uint32(entry.compressedBytes, entry.sizeBytes)
    if (!local.isStreamed && (local.compressedBytes === wide || local.sizeBytes === wide)) {
      patches.push({ at: local.at + 18, bytes: sizes })
      headers.push({ entry, local })
    }
    if (local.isStreamed && !begins) {
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

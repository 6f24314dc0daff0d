import { Readable } from 'node:stream'
import { boundedReader, type ReadAt, ReadLimitError } from '../../../media/formats/read-at.ts'
import {
  readZipDirectory,
  type ZipDirectory,
  type ZipEntry,
} from '../../../media/formats/zip-directory.ts'
import { wideValues } from '../../../media/formats/zip64.ts'
import { type Patch, patchedBody } from './patched-body.ts'
import type { LocalHeader } from './zip-records.ts'

const wide = 0xffffffff
const wideCount = 0xffff
const localBytes = 30
const endBytes = 22
const streamedFlag = 0x0008
/** Each costs a look into the store, or two. */
const maxArchives = 1024
const maxReadBytes = 64 * 1024 * 1024

/** A zip archive as clamd reads it. */
export interface ZipView {
  body: (original: Readable) => Readable
  /** Whether a header in front of the data says something else than the directory; known once the body has been read. */
  contradicts: () => boolean
}

/** What is known of the zip files in a file. */
interface Seen {
  /** Where they end, in order. */
  ends: readonly number[]
  localAt: (at: number) => LocalHeader | undefined
}

/** What is changed about one archive. */
interface Respelling {
  patches: Patch[]
  headers: { entry: ZipEntry; local: LocalHeader }[]
}

/**
 * A file whose zip archives – itself, and those that are stored in it – have their numbers where clamd reads them: those of
 * Zip64 extra fields (APPNOTE 6.3.10 §4.5.3) in the fields of 32 bits, and behind other bytes those of streamed entries
 * (§4.4.4, bit 3) in front of the data. Every other byte is the original's. An archive is left as it is where its directory
 * is missing, broken or larger than 16 MiB, it contradicts itself, entries overlap, or a number does not fit. Undefined
 * where nothing changes.
 */
export async function openZipView(read: ReadAt, seen: Seen): Promise<ZipView | undefined> {
  if (seen.ends.length > maxArchives) return undefined
  const bounded = boundedReader(read, maxReadBytes)
  try {
    const respellings: Respelling[] = []
    for (const end of seen.ends) {
      const isLast = end === seen.ends.at(-1)
      const respelling = await respell(bounded, seen, { end, isLast })
      if (respelling) respellings.push(respelling)
    }
    return view(respellings)
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

async function respell(
  read: ReadAt,
  seen: Seen,
  { end, isLast }: { end: number; isLast: boolean },
): Promise<Respelling | undefined> {
  const directory = await readZipDirectory(read, end)
  if (!directory || directory === 'too-large') return undefined
  const entries = directory.entries.map((entry) => entryPatches(entry, directory))
  if (!entries.every((patches) => patches !== undefined)) return undefined
  const ends = endPatches(directory, await read(directory.endAt, endBytes))
  // A file that begins as an archive is read by its directory alone; so is one in another archive.
  const begins = !isLast || directory.entries.some((entry) => entry.localAt === 0)
  const locals = localPatches(directory, seen, begins)
  if (!ends || !locals) return undefined
  const isSame = !directory.zip64 && locals.patches.length === 0 && !directory.usesZip64
  if (isSame) return undefined
  return { ...locals, patches: [...locals.patches, ...entries.flat(), ...ends] }
}

const inOrder = (one: { at: number }, other: { at: number }) => one.at - other.at

function view(respellings: Respelling[]): ZipView | undefined {
  let contradicts = false
  const patches = respellings.flatMap(({ patches }) => patches).toSorted(inOrder)
  const headers = respellings.flatMap(({ headers }) => headers)
  const probes = headers.map(({ entry, local }) => ({
    at: local.at + localBytes + local.nameBytes,
    length: local.extraBytes,
    seen(extra: Buffer) {
      const values = wideValues([local.sizeBytes, local.compressedBytes], extra)
      const isSame = values?.[0] === entry.sizeBytes && values[1] === entry.compressedBytes
      if (!isSame) contradicts = true
    },
  }))
  probes.sort(inOrder)
  const overlaps =
    patches.some(
      ({ at, bytes }, index) => at + bytes.length > (patches[index + 1]?.at ?? Infinity),
    ) || probes.some(({ at, length }, index) => at + length > (probes[index + 1]?.at ?? Infinity))
  if (patches.length === 0 || overlaps) return undefined
  return {
    body: (original) => Readable.from(patchedBody(original, { patches, probes })),
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
function localPatches(
  { entries, at: directoryAt }: ZipDirectory,
  seen: Seen,
  begins: boolean,
): Respelling | undefined {
  const patches: Patch[] = []
  const headers: Respelling['headers'] = []
  let free = 0
  for (const entry of entries.toSorted((one, other) => one.localAt - other.localAt)) {
    const local = seen.localAt(entry.localAt)
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

import { pipeline, Readable } from 'node:stream'
import { constants, createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { boundedReader, type ReadAt, ReadLimitError } from '../../../media/formats/read-at.ts'
import { maxDirectoryBytes, readZipDirectory } from '../../../media/formats/zip-directory.ts'
import type { ByteRange } from '../../../ports/blob-store.ts'
import { UnpackingError, type UnpackingLimits } from './unpacking-limits.ts'
import type { LocalHeader } from './zip-records.ts'

const localBytes = 30
const endBytes = 22
const encryptedFlag = 0x0001
/** Deflate is the only method of gzip (RFC 1952 §2.3). */
const gzipSignature = Buffer.from('1f8b08', 'hex')
const gzipNameFlag = 0x08
const chunkSize = 65_536

/** Magic numbers of a frame and of a skippable frame (RFC 8878 §3.1). */
const zstandardSignature = Buffer.from('28b52ffd', 'hex')
const skippableMagic = 0x184d2a50
/** A window of 32 MiB, which `zstd` needs up to level 21. */
const zstandardOptions = { chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 25 } }

type Unpacker = ReturnType<
  typeof createGunzip | typeof createInflateRaw | typeof createZstdDecompress
>

export function isGzip(head: Buffer): boolean {
  return head.subarray(0, gzipSignature.length).equals(gzipSignature)
}

/** Matches Zstandard, which clamd 1.4 does not support. */
export function isZstandard(head: Buffer): boolean {
  if (head.subarray(0, zstandardSignature.length).equals(zstandardSignature)) return true
  return head.length >= 4 && (head.readUInt32LE(0) & ~0x0f) >>> 0 === skippableMagic
}

/** The longest data descriptor (APPNOTE 6.3.10 §4.3.9). */
const descriptorBytes = 24
/** Limits of names and extra fields. Longer ones could hide content. */
const longestNameBytes = 1024
const longestExtraBytes = 256

/** Opens a file, or a range of it. */
export type OpenFile = (range?: ByteRange) => Promise<Readable>

/** An archive or a compressed file. */
export interface Container {
  head: Buffer
  read: ReadAt
  open: OpenFile
  sizeBytes: number
  localAt: (at: number) => LocalHeader | undefined
}

/** Describes how to unpack a range of a packed file. */
interface Packing {
  open: OpenFile
  data: ByteRange
  unpack: (() => Unpacker) | undefined
  range: ByteRange | undefined
  limits: UnpackingLimits
}

/**
 * Lists the files in a zip archive, or the one file in a gzip or Zstandard file. Resolves to undefined for other files, for archives
 * with bytes before, between or after their entries, and if an entry is encrypted or uses a method other than deflate.
 */
export async function packedFiles(
  container: Container,
  limits: UnpackingLimits,
): Promise<OpenFile[] | undefined> {
  const { head, open, sizeBytes } = container
  const data = { start: 0, end: sizeBytes - 1 }
  if (isZstandard(head)) {
    return [opener({ open, data, unpack: () => createZstdDecompress(zstandardOptions), limits })]
  }
  if (!isGzip(head)) return zippedFiles(container, limits)
  // Comments and extra fields could hide content.
  if (((head[3] ?? 0) & ~gzipNameFlag) !== 0) return undefined
  return [opener({ open, data, unpack: () => createGunzip({ chunkSize }), limits })]
}

async function zippedFiles(
  container: Container,
  limits: UnpackingLimits,
): Promise<OpenFile[] | undefined> {
  const directory = await directoryOf(container)
  if (!directory || directory.endAt + endBytes !== container.sizeBytes) return undefined
  if (directory.end !== (directory.zip64?.endAt ?? directory.endAt)) return undefined
  const files: OpenFile[] = []
  let end = 0
  for (const entry of directory.entries.toSorted((one, other) => one.localAt - other.localAt)) {
    const local = container.localAt(entry.localAt)
    if (!local || !isPlain(local) || local.method !== entry.method) return undefined
    if (local.at < end || local.at > end + (end === 0 ? 0 : descriptorBytes)) return undefined
    const start = local.at + localBytes + local.nameBytes + local.extraBytes
    end = start + entry.compressedBytes
    if (entry.compressedBytes === 0) continue
    const data = { start, end: end - 1 }
    const unpack = entry.method === 8 ? () => createInflateRaw({ chunkSize }) : undefined
    files.push(opener({ open: container.open, data, unpack, limits }))
  }
  return directory.at < end || directory.at > end + descriptorBytes ? undefined : files
}

function opener(packing: Omit<Packing, 'range'>): OpenFile {
  return async (range) => Readable.from(unpacked({ ...packing, range }))
}

async function directoryOf({ read, sizeBytes }: Container) {
  try {
    const directory = await readZipDirectory(boundedReader(read, 2 * maxDirectoryBytes), sizeBytes)
    return directory === 'too-large' ? undefined : directory
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

function isPlain({ flags, method, nameBytes, extraBytes }: LocalHeader): boolean {
  if ((flags & encryptedFlag) !== 0 || (method !== 0 && method !== 8)) return false
  return nameBytes <= longestNameBytes && extraBytes <= longestExtraBytes
}

/** Unpacks a range. Bytes before the range also count towards the limits. */
async function* unpacked(packing: Packing): AsyncGenerator<Buffer, void, void> {
  const { start = 0, end = Infinity } = packing.range ?? {}
  let position = 0
  try {
    for await (const chunk of openPacked(packing)) {
      packing.limits.countBytes(chunk.length)
      const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end + 1 - position))
      position += chunk.length
      if (part.length > 0) yield part
      if (position > end) return
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw /^Z(?:STD)?_/.test(code) ? new UnpackingError('unsupported-archive') : error
  }
}

async function* openPacked({ open, data, unpack }: Packing): AsyncGenerator<Buffer, void, void> {
  const packed = await open(data)
  if (!unpack) {
    yield* packed
    return
  }
  // Iterating reports the same errors as the callback.
  const unpacker = pipeline(packed, unpack(), () => undefined)
  yield* unpacker
  // The unpacker ignores bytes after the end of the compressed data, so clamd would not see them.
  if (unpacker.bytesWritten !== data.end + 1 - data.start)
    throw new UnpackingError('unsupported-archive')
}

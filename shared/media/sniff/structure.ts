import { fileTypeFromBlob, fileTypeFromBuffer } from 'file-type'
import { isCompoundFile } from '../formats/compound-records.ts'
import { parseEssence } from '../essence.ts'
import { canonicalType } from '../media-types.ts'
import { boundedReader, ReadLimitError, type ReadAt } from '../formats/read-at.ts'
import type { RandomAccessFile } from './random-access-file.ts'
import { mayBeInside } from './refinements.ts'
import { sniffCompound } from './compound.ts'
import { sniffZip } from './zip.ts'

/** Limit of bytes to read beyond the head. */
const maxReadBytes = 4 * 1024 * 1024
/** TIFF 6.0 §2 and BigTIFF, in both byte orders. */
const tiffSignatures = new Set(['49492a00', '4d4d002a', '49492b00', '4d4d002b'])
const zipSignatures = new Set(['504b0304', '504b0506'])

/**
 * Detects a type from the structure of a file. Resolves to undefined if it is unknown. Uses the hints to choose among the formats
 * of a container if the structure does not decide.
 */
export async function sniffStructure(
  head: Uint8Array,
  hints: string[],
  { read, sizeBytes }: RandomAccessFile,
): Promise<string | undefined> {
  const refined = (type: string | undefined) =>
    type && (hints.find((hint) => mayBeInside(type, hint)) ?? type)
  const bounded = boundedReader(read, maxReadBytes)
  const signature = Buffer.from(head.subarray(0, 4)).toString('hex')
  if (zipSignatures.has(signature)) {
    const detected = await withinLimit(sniffZip(bounded, sizeBytes, hints))
    return detected ?? refined((await typeOf(fileTypeFromBuffer(head))) ?? 'application/zip')
  }
  if (isCompoundFile(head)) {
    return (await withinLimit(sniffCompound(bounded))) ?? refined('application/x-cfb')
  }
  if (tiffSignatures.has(signature)) {
    return refined((await withinLimit(tiffType(bounded, sizeBytes))) ?? 'image/tiff')
  }
  const type = refined(await typeOf(fileTypeFromBuffer(head)))
  if (type !== undefined || !hints.some(isZipped)) return type
  // A zip directory is located from the end, so other bytes may precede the archive.
  return await withinLimit(sniffZip(bounded, sizeBytes, hints))
}

function isZipped(type: string): boolean {
  return type === 'application/zip' || mayBeInside('application/zip', type)
}

/** Resolves to undefined if the detection exceeds its read limit. */
async function withinLimit(detected: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await detected
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

/** Detects camera raw formats by the TIFF directory. Rejects if reading fails, but not if parsing fails. */
async function tiffType(read: ReadAt, sizeBytes: number): Promise<string | undefined> {
  const failures: unknown[] = []
  const recordingRead: ReadAt = (offset, bytes) =>
    read(offset, bytes).catch((error: unknown) => {
      failures.push(error)
      throw error
    })
  const type = await typeOf(fileTypeFromBlob(blobOf(recordingRead, sizeBytes)))
  if (failures.length > 0) throw failures[0]
  // file-type detects Sony files by the PrintIM tag, which scanners and other cameras also write.
  return type === 'image/x-sony-arw' ? 'image/tiff' : type
}

/** Resolves to undefined if the parser fails, which hostile bytes can cause. Ignores XML, which only WHATWG's pattern detects. */
async function typeOf(found: ReturnType<typeof fileTypeFromBuffer>): Promise<string | undefined> {
  const { mime = '' } = (await found.catch(() => undefined)) ?? {}
  const type = parseEssence(mime)
  return type === undefined || type === 'application/xml' ? undefined : canonicalType(type)
}

/** Returns an object with the parts of `Blob` that file-type uses. */
function blobOf(read: ReadAt, size: number): Blob {
  const slice = (start: number, end: number) => ({
    arrayBuffer: async () => new Uint8Array(await read(start, end - start)).buffer,
  })
  return { size, type: '', slice } as unknown as Blob
}

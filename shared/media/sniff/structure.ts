import { fileTypeFromBlob, fileTypeFromBuffer } from 'file-type'
import { isCompoundFile } from '../formats/compound-records.ts'
import { parseEssence } from '../essence.ts'
import { canonicalType } from '../media-types.ts'
import { boundedReader, ReadLimitError, type ReadAt } from '../formats/read-at.ts'
import { mayBeInside } from './refinements.ts'
import { sniffCompound } from './compound.ts'
import { sniffZip } from './zip.ts'

/** A file of which the beginning has been read, to read the rest of. */
export interface WholeFile {
  sizeBytes: number
  read: ReadAt
}

/** How much of a file is read for its type, beyond its beginning. */
const maxReadBytes = 4 * 1024 * 1024
/** TIFF 6.0 §2 and BigTIFF, in either byte order. */
const tiffMarks = new Set(['49492a00', '4d4d002a', '49492b00', '4d4d002b'])
const zipMarks = new Set(['504b0304', '504b0506'])

/**
 * The type that the structure of a file tells, wherever that lies; undefined where it tells nothing. The hints choose among
 * the formats of a container only where the structure leaves it open.
 */
export async function sniffStructure(
  head: Uint8Array,
  hints: string[],
  { read, sizeBytes }: WholeFile,
): Promise<string | undefined> {
  const refined = (type: string | undefined) =>
    type && (hints.find((hint) => mayBeInside(type, hint)) ?? type)
  const bounded = boundedReader(read, maxReadBytes)
  const mark = Buffer.from(head.subarray(0, 4)).toString('hex')
  if (zipMarks.has(mark)) {
    const told = await withinLimit(sniffZip(bounded, sizeBytes, hints))
    return told ?? refined((await typeOf(fileTypeFromBuffer(head))) ?? 'application/zip')
  }
  if (isCompoundFile(head)) {
    return (await withinLimit(sniffCompound(bounded))) ?? refined('application/x-cfb')
  }
  if (tiffMarks.has(mark)) {
    return refined((await withinLimit(tiffType(bounded, sizeBytes))) ?? 'image/tiff')
  }
  const type = refined(await typeOf(fileTypeFromBuffer(head)))
  if (type !== undefined || !hints.some(isZipped)) return type
  // Readers find the directory from the end, whatever comes before the archive.
  return await withinLimit(sniffZip(bounded, sizeBytes, hints))
}

function isZipped(type: string): boolean {
  return type === 'application/zip' || mayBeInside('application/zip', type)
}

async function withinLimit(told: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await told
  } catch (error) {
    if (error instanceof ReadLimitError) return undefined
    throw error
  }
}

/** The directory tells camera raw formats from other TIFF. A failure to read is not one to parse. */
async function tiffType(read: ReadAt, sizeBytes: number): Promise<string | undefined> {
  const failures: unknown[] = []
  const watched: ReadAt = (offset, bytes) =>
    read(offset, bytes).catch((error: unknown) => {
      failures.push(error)
      throw error
    })
  const type = await typeOf(fileTypeFromBlob(blobOf(watched, sizeBytes)))
  if (failures.length > 0) throw failures[0]
  // What file-type takes for Sony's mark is PrintIM, which scanners and other cameras write as well.
  return type === 'image/x-sony-arw' ? 'image/tiff' : type
}

/** Hostile bytes may make a parser fail; then it recognises nothing. XML is for WHATWG's pattern alone to say. */
async function typeOf(found: ReturnType<typeof fileTypeFromBuffer>): Promise<string | undefined> {
  const { mime = '' } = (await found.catch(() => undefined)) ?? {}
  const type = parseEssence(mime)
  return type === undefined || type === 'application/xml' ? undefined : canonicalType(type)
}

/** As much of a `Blob` as file-type uses. */
function blobOf(read: ReadAt, size: number): Blob {
  const slice = (start: number, end: number) => ({
    arrayBuffer: async () => new Uint8Array(await read(start, end - start)).buffer,
  })
  return { size, type: '', slice } as unknown as Blob
}

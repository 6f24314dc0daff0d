import { asBuffer } from '../formats/as-buffer.ts'
import type { RandomAccessFile } from './random-access-file.ts'

/** The fields of a TGA header that the detection needs. */
interface TgaHeader {
  isCompressed: boolean
  /** The length of an uncompressed picture including its header. */
  pictureBytes: number
}

const tgaFooter = Buffer.from('TRUEVISION-XFILE.\0')

/**
 * Detects a Truevision TGA picture, which has no signature at its start: the header must be consistent, and a matching file size,
 * a hint or a footer must confirm it.
 */
export async function sniffTga(
  head: Uint8Array,
  hints: string[],
  { read, sizeBytes }: RandomAccessFile,
): Promise<'image/x-tga' | undefined> {
  const header = parseTgaHeader(asBuffer(head))
  if (!header) return undefined
  const fits = !header.isCompressed && header.pictureBytes === sizeBytes
  const isTga =
    fits ||
    hints.includes('image/x-tga') ||
    (await read(sizeBytes - tgaFooter.length, tgaFooter.length)).equals(tgaFooter)
  return isTga ? 'image/x-tga' : undefined
}

function parseTgaHeader(head: Buffer): TgaHeader | undefined {
  if (head.length < 18) return undefined
  const [idBytes = 0, mapType = 0, imageType = 0] = head
  const isMapped = imageType === 1 || imageType === 9
  if (![1, 2, 3, 9, 10, 11].includes(imageType) || mapType !== (isMapped ? 1 : 0)) return undefined
  const mapEntries = head.readUInt16LE(5)
  const mapDepth = head.readUInt8(7)
  if (isMapped ? mapEntries === 0 : head.readUInt16LE(3) + mapEntries + mapDepth > 0)
    return undefined
  const [width, height] = [head.readUInt16LE(12), head.readUInt16LE(14)]
  const depth = head.readUInt8(16)
  if (width === 0 || height === 0 || ![8, 15, 16, 24, 32].includes(depth)) return undefined
  if ((head.readUInt8(17) & 0xc0) !== 0) return undefined
  const mapBytes = mapEntries * Math.ceil(mapDepth / 8)
  return {
    isCompressed: imageType >= 9,
    pictureBytes: 18 + idBytes + mapBytes + width * height * Math.ceil(depth / 8),
  }
}

import { Refusal } from '../refusals.ts'
import { KeptParts, type StrippedImage } from './stripped-image.ts'
import { exifOrientation } from './exif.ts'

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Ancillary chunks that affect the display of pixels and frames (PNG third edition, §11.3). Excludes text, time and Exif. */
const keptChunks = new Set(
  'tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
)

interface Chunk {
  type: string
  start: number
  end: number
}

/** Yields the chunks of a PNG. A truncated chunk ends with the file. */
function* chunksOf(file: Buffer): Generator<Chunk> {
  for (let start = pngSignature.length; start + 12 <= file.length;) {
    const type = file.toString('latin1', start + 4, start + 8)
    const end = Math.min(start + 12 + file.readUInt32BE(start), file.length)
    yield { type, start, end }
    if (type === 'IEND') return
    start = end
  }
}

const contentOf = (file: Buffer, { start, end }: Chunk) => file.subarray(start + 8, end - 4)

/** Strips text, time and Exif from a PNG or APNG. */
export function stripPng(file: Buffer): StrippedImage {
  const parts = new KeptParts(file)
  parts.range(0, pngSignature.length)
  let orientation = 1
  let isAnimated = false
  let hasPixels = false
  for (const chunk of chunksOf(file)) {
    const { type, start, end } = chunk
    if (type === 'eXIf') orientation = exifOrientation(contentOf(file, chunk))
    if (type === 'acTL') isAnimated = true
    if (type === 'IDAT') hasPixels = true
    // Decoders need critical chunks, whose first letter is upper case (§5.4).
    const isCritical = /^[A-Z]/.test(type)
    if (isCritical || keptChunks.has(type)) parts.range(start, end)
  }
  if (!hasPixels) throw new Refusal('damaged')
  const reencoding = isAnimated ? ({ refused: 'frames' } as const) : { isLossless: true }
  return { orientation, stripped: parts.parts, reencoding }
}

/** Moves the Exif of a PNG before the pixels, where libvips reads it. Returns undefined if it is already there or missing. */
export function withEarlyExif(file: Buffer): Buffer | undefined {
  if (!file.subarray(0, pngSignature.length).equals(pngSignature)) return undefined
  let header: Chunk | undefined
  let hasPixels = false
  for (const chunk of chunksOf(file)) {
    header ??= chunk
    if (chunk.type === 'IDAT') hasPixels = true
    if (chunk.type !== 'eXIf') continue
    if (!hasPixels) return undefined
    const exif = file.subarray(chunk.start, chunk.end)
    return Buffer.concat([file.subarray(0, header.end), exif, file.subarray(header.end)])
  }
  return undefined
}

import { Refusal } from '../refusals.ts'
import { KeptParts, type StrippedImage } from './stripped-image.ts'
import { exifOrientation } from './exif.ts'

const keptChunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])

/** Flags of `VP8X` for Exif and XMP. */
const exifAndXmp = 0x0c

/** Length of the header before the chunks of a frame (WebP container, "ANMF"). */
const frameHeaderBytes = 16

interface Chunk {
  type: string
  start: number
  /** Offset after its padding. */
  end: number
  content: Buffer
}

function* chunksOf(file: Buffer, first: number): Generator<Chunk> {
  for (let start = first; start + 8 <= file.length;) {
    const size = file.readUInt32LE(start + 4)
    const end = Math.min(start + 8 + size + (size % 2), file.length)
    const content = file.subarray(start + 8, Math.min(start + 8 + size, file.length))
    yield { type: file.toString('latin1', start, start + 4), start, end, content }
    start = end
  }
}

/** Strips Exif, XMP and unknown chunks from a WebP. */
export function stripWebp(given: Buffer): StrippedImage {
  const file = given.subarray(0, 8 + given.readUInt32LE(4))
  const parts = new KeptParts(file)
  const header = Buffer.from(file.subarray(0, 12))
  parts.bytes(header)
  let orientation = 1
  let frames = 0
  let images = 0
  let losslessImages = 0
  const count = (type: string) => {
    if (type === 'VP8 ' || type === 'VP8L') images += 1
    if (type === 'VP8L') losslessImages += 1
  }
  for (const { type, start, end, content } of chunksOf(file, header.length)) {
    if (type === 'EXIF') orientation = exifOrientation(content)
    count(type)
    if (type === 'ANMF') {
      frames += 1
      for (const inner of chunksOf(content, frameHeaderBytes)) count(inner.type)
    }
    if (type === 'VP8X') {
      const chunk = Buffer.from(file.subarray(start, end))
      chunk[8] = (chunk[8] ?? 0) & ~exifAndXmp
      parts.bytes(chunk)
    } else if (keptChunks.has(type)) {
      parts.range(start, end)
    }
  }
  if (images === 0) throw new Refusal('damaged')
  const bytes = parts.parts.reduce((sum, part) => sum + part.length, 0)
  header.writeUInt32LE(bytes - 8, 4)
  const reencoding = { isLossless: losslessImages === images, isAnimated: frames > 1 }
  return { orientation, stripped: parts.parts, reencoding }
}

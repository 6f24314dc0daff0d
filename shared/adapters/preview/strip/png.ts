import { Refusal } from '../refusals.ts'
import { Kept, type Anatomy } from './anatomy.ts'
import { exifOrientation } from './exif.ts'

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Ancillary chunks that say how pixels and frames are shown (PNG third edition, §11.3); text, time and Exif are not among them. */
const shown = new Set(
  'tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
)

interface Chunk {
  type: string
  start: number
  end: number
}

/** The chunks of a PNG up to its end; one that is cut off ends with the file. */
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

/** A PNG or APNG without text, time and Exif. */
export function pngAnatomy(file: Buffer): Anatomy {
  const parts = new Kept(file)
  parts.range(0, pngSignature.length)
  let orientation = 1
  let isAnimated = false
  let hasPixels = false
  for (const chunk of chunksOf(file)) {
    const { type, start, end } = chunk
    if (type === 'eXIf') orientation = exifOrientation(contentOf(file, chunk))
    if (type === 'acTL') isAnimated = true
    if (type === 'IDAT') hasPixels = true
    // Without this a decoder cannot show the image (§5.4: the first letter is a capital).
    const isCritical = /^[A-Z]/.test(type)
    if (isCritical || shown.has(type)) parts.range(start, end)
  }
  if (!hasPixels) throw new Refusal('damaged')
  const redraw = isAnimated ? ({ refused: 'frames' } as const) : { isLossless: true }
  return { orientation, stripped: parts.parts, redraw }
}

/** The same PNG with its Exif in front of the pixels, where libvips reads it; undefined where it stands there, or nowhere. */
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

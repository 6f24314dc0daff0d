import { Refusal } from '../refusals.ts'
import { KeptParts, type StrippedImage } from './stripped-image.ts'

const extension = { introducer: 0x21, comment: 0xfe, application: 0xff }
const imageSeparator = 0x2c
const trailer = 0x3b

/** Application extensions for the number of repetitions and the colour profile. */
const keptApplications = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** Strips comments, XMP and data after the end from a GIF (89a). */
export function stripGif(file: Buffer): StrippedImage {
  const parts = new KeptParts(file)
  let at = 13 + colourTableBytes(file[10])
  parts.range(0, at)
  let frames = 0
  while (at < file.length) {
    const start = at
    const kind = file[at]
    if (kind === trailer) {
      parts.range(at, at + 1)
      break
    }
    if (kind === imageSeparator) {
      frames += 1
      at = endOfBlocks(file, at + 11 + colourTableBytes(file[at + 9]))
      parts.range(start, at)
    } else if (kind === extension.introducer) {
      at = endOfBlocks(file, at + 2)
      if (isKept(file, start)) parts.range(start, at)
    } else {
      break
    }
  }
  if (frames === 0) throw new Refusal('damaged')
  const reencoding = { isLossless: true, isAnimated: frames > 1 }
  return { orientation: 1, stripped: parts.parts, reencoding }
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Returns the end of consecutive sub-blocks, which is after an empty one (§15). */
function endOfBlocks(file: Buffer, start: number): number {
  let at = start
  while (at < file.length) {
    const size = file[at] ?? 0
    at += 1 + size
    if (size === 0) break
  }
  return Math.min(at, file.length)
}

function isKept(file: Buffer, start: number): boolean {
  const label = file[start + 1]
  if (label !== extension.application) return label !== extension.comment
  return keptApplications.has(file.toString('latin1', start + 3, start + 14))
}

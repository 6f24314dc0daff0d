import { Refusal } from '../refusals.ts'
import { Kept, type Anatomy } from './anatomy.ts'

const extension = { introducer: 0x21, comment: 0xfe, application: 0xff }
const imageSeparator = 0x2c
const trailer = 0x3b

/** Applications whose extensions say how often the frames are shown, and in which colours. */
const shown = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** A GIF (89a) without comments, XMP and data after its end. */
export function gifAnatomy(file: Buffer): Anatomy {
  const parts = new Kept(file)
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
      if (isShown(file, start)) parts.range(start, at)
    } else {
      break
    }
  }
  if (frames === 0) throw new Refusal('damaged')
  const redraw = { isLossless: true, isAnimated: frames > 1 }
  return { orientation: 1, stripped: parts.parts, redraw }
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Where a row of sub-blocks ends: after an empty one (§15). */
function endOfBlocks(file: Buffer, start: number): number {
  let at = start
  while (at < file.length) {
    const size = file[at] ?? 0
    at += 1 + size
    if (size === 0) break
  }
  return Math.min(at, file.length)
}

function isShown(file: Buffer, start: number): boolean {
  const label = file[start + 1]
  if (label !== extension.application) return label !== extension.comment
  return shown.has(file.toString('latin1', start + 3, start + 14))
}

import { Refusal } from '../refusals.ts'
import type { StrippedImage } from './stripped-image.ts'
import { boxesOf, type Box } from './boxes.ts'
import { itemsOf } from './heif-items.ts'

/** Item types for metadata: Exif, and XMP and other data with a media type (ISO/IEC 23008-12 annex A, C). */
const metadataItems = new Set(['Exif', 'mime', 'uri '])

/** Boxes for metadata outside the picture's `meta`. */
const metadataBoxes = new Set(['udta', 'uuid'])

const sequenceBoxes = new Set(['moov', 'trak'])

/**
 * Overwrites the metadata of an AVIF or HEIC (ISO/IEC 23008-12) with zeros, which keeps all offsets. The result is always upright,
 * because rotation is a property of the picture (`irot`, `imir`) and Exif does not apply.
 */
export function stripHeif(given: Buffer): StrippedImage {
  const file = Buffer.from(given)
  const top = [...boxesOf(file, 0, file.length)]
  const picture = top.find(({ type }) => type === 'meta')
  const sequence = top.find(({ type }) => type === 'moov')
  if (!picture && !sequence) throw new Refusal('damaged')
  for (const box of top) erase(file, box)
  if (picture) {
    for (const item of itemsOf(file, picture)) {
      if (!metadataItems.has(item.type)) continue
      file.write('free', item.typeAt, 'latin1')
      for (const [start, end] of item.extents) {
        // An extent without a length is the whole file.
        if (start === end) throw new Refusal('damaged')
        file.fill(0, start, end)
      }
    }
  }
  return { orientation: 1, stripped: [file], reencoding: reencodingOf(file, sequence) }
}

function reencodingOf(file: Buffer, sequence: Box | undefined): StrippedImage['reencoding'] {
  if (sequence) return { refused: 'frames' }
  const brands = file.toString('latin1', 8, Math.min(file.readUInt32BE(0), file.length))
  return brands.includes('avif') ? { isLossless: false } : { refused: 'hevc' }
}

/** Turns metadata boxes into free space, including those of a sequence. */
function erase(file: Buffer, box: Box): void {
  if (metadataBoxes.has(box.type)) {
    file.write('free', box.start + 4, 'latin1')
    file.fill(0, box.content, box.end)
  }
  if (!sequenceBoxes.has(box.type)) return
  for (const inner of boxesOf(file, box.content, box.end)) {
    if (inner.type === 'meta') erase(file, { ...inner, type: 'udta' })
    else erase(file, inner)
  }
}

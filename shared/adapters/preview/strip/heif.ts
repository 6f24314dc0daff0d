import { Refusal } from '../refusals.ts'
import type { Anatomy } from './anatomy.ts'
import { boxesOf, type Box } from './boxes.ts'
import { itemsOf } from './heif-items.ts'

/** Item types that carry metadata: Exif, and XMP or anything else of a media type (ISO/IEC 23008-12 annex A, C). */
const metadataItems = new Set(['Exif', 'mime', 'uri '])

/** Boxes that carry metadata, outside of the picture's own `meta`. */
const metadataBoxes = new Set(['udta', 'uuid'])

const sequenceBoxes = new Set(['moov', 'trak'])

/**
 * An AVIF or HEIC (ISO/IEC 23008-12) whose metadata is overwritten with zeros; offsets, and with them pixels, stay. It is always
 * upright: turning is a property of the picture (`irot`, `imir`), and its Exif has no say.
 */
export function heifAnatomy(given: Buffer): Anatomy {
  const file = Buffer.from(given)
  const top = [...boxesOf(file, 0, file.length)]
  const picture = top.find(({ type }) => type === 'meta')
  const film = top.find(({ type }) => type === 'moov')
  if (!picture && !film) throw new Refusal('damaged')
  for (const box of top) erase(file, box)
  if (picture) {
    for (const item of itemsOf(file, picture)) {
      if (!metadataItems.has(item.type)) continue
      file.write('free', item.typeAt, 'latin1')
      for (const [start, end] of item.extents) {
        // Without a length it is the whole file.
        if (start === end) throw new Refusal('damaged')
        file.fill(0, start, end)
      }
    }
  }
  return { orientation: 1, stripped: [file], redraw: redrawOf(file, film) }
}

function redrawOf(file: Buffer, film: Box | undefined): Anatomy['redraw'] {
  if (film) return { refused: 'frames' }
  const brands = file.toString('latin1', 8, Math.min(file.readUInt32BE(0), file.length))
  return brands.includes('avif') ? { isLossless: false } : { refused: 'hevc' }
}

/** Makes free space of boxes of metadata, also inside of the description of a sequence. */
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

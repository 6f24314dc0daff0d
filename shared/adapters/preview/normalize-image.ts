import type { NormalizeOptions } from '../../ports/renderer.ts'
import { decoding, describe, openImage } from './open-image.ts'
import { redraw } from './redraw.ts'
import { Refusal } from './refusals.ts'
import type { Anatomy } from './strip/anatomy.ts'
import { gifAnatomy } from './strip/gif.ts'
import { heifAnatomy } from './strip/heif.ts'
import { jpegAnatomy } from './strip/jpeg.ts'
import { pngAnatomy } from './strip/png.ts'
import { tiffAnatomy } from './strip/tiff.ts'
import { webpAnatomy } from './strip/webp.ts'

/** Formats that are kept, by how their files begin; a dot is any byte. */
const formats: [beginnings: string[], anatomy: (file: Buffer) => Anatomy][] = [
  [['\xff\xd8\xff'], jpegAnatomy],
  [['\x89PNG\r\n\x1a\n'], pngAnatomy],
  [['GIF87a', 'GIF89a'], gifAnatomy],
  [['RIFF....WEBP'], webpAnatomy],
  [['II*\0', 'MM\0*', 'II+\0', 'MM\0+'], tiffAnatomy],
  [
    [
      'avif',
      'avis',
      'heic',
      'heix',
      'heim',
      'heis',
      'hevc',
      'hevx',
      'hevm',
      'hevs',
      'mif1',
      'msf1',
    ].map((brand) => `....ftyp${brand}`),
    heifAnatomy,
  ],
]

/** Camera raw in containers of no other image format: Fujifilm, Canon CR3 and CIFF, Minolta, Sigma, Olympus, Panasonic. */
const raws = [
  'FUJIFILM',
  '....ftypcrx ',
  '......HEAPCCDR',
  '\0MRM',
  'FOVb',
  'IIRO',
  'IIRS',
  'MMOR',
  'IIU\0',
]

const headBytes = 16

/**
 * The bytes of an image in its own format, upright, without metadata, at most so large. An image that need not be turned or
 * scaled keeps its pixels as they are encoded. Throws a `Refusal` for any image of which something would be lost.
 */
export async function normalizeImage(
  file: Buffer,
  { maxWidth, maxHeight }: NormalizeOptions,
): Promise<Buffer[]> {
  const { orientation, stripped, redraw: way } = anatomyOf(file)
  const isBounded = maxWidth !== undefined || maxHeight !== undefined
  if (orientation === 1 && !isBounded) return stripped
  const isAnimated = !('refused' in way) && way.isAnimated === true
  const image = openImage(file, { failOn: 'error', animated: isAnimated })
  const metadata = await describe(image)
  const { width, height } = metadata.autoOrient
  const shownHeight = metadata.pageHeight ?? height
  const fits = width <= (maxWidth ?? width) && shownHeight <= (maxHeight ?? shownHeight)
  if (orientation === 1 && fits) return stripped
  if ('refused' in way) throw new Refusal(way.refused)
  return [await decoding(() => redraw(file, metadata, { ...way, maxWidth, maxHeight }))]
}

function anatomyOf(file: Buffer): Anatomy {
  const head = file.toString('latin1', 0, headBytes)
  if (raws.some((beginning) => beginsWith(head, beginning))) throw new Refusal('raw')
  const anatomy = formats.find(([beginnings]) => beginnings.some((it) => beginsWith(head, it)))?.[1]
  if (!anatomy) throw new Refusal('format')
  try {
    return anatomy(file)
  } catch (error) {
    // A number that points beyond the end of the file.
    if (error instanceof RangeError) throw new Refusal('damaged', error)
    throw error
  }
}

function beginsWith(head: string, beginning: string): boolean {
  return beginning.split('').every((letter, index) => letter === '.' || letter === head[index])
}

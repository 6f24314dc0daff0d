import { Refusal } from '../refusals.ts'
import { stripGif } from './gif.ts'
import { stripHeif } from './heif.ts'
import { stripJpeg } from './jpeg.ts'
import { stripPng } from './png.ts'
import type { StrippedImage } from './stripped-image.ts'
import { stripTiff } from './tiff.ts'
import { stripWebp } from './webp.ts'

/** Supported formats by signature. A dot matches any byte. */
const formats: [signatures: string[], strip: (file: Buffer) => StrippedImage][] = [
  [['\xff\xd8\xff'], stripJpeg],
  [['\x89PNG\r\n\x1a\n'], stripPng],
  [['GIF87a', 'GIF89a'], stripGif],
  [['RIFF....WEBP'], stripWebp],
  [['II*\0', 'MM\0*', 'II+\0', 'MM\0+'], stripTiff],
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
    stripHeif,
  ],
]

/** Signatures of camera raw: Fujifilm, Canon CR3 and CIFF, Minolta, Sigma, Olympus, Panasonic. */
const rawSignatures = [
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

/** Strips metadata from an image. Throws a `Refusal` for other formats, camera raw and damaged files. */
export function stripMetadata(file: Buffer): StrippedImage {
  const head = file.toString('latin1', 0, headBytes)
  if (rawSignatures.some((signature) => matches(head, signature))) throw new Refusal('raw')
  const format = formats.find(([signatures]) => signatures.some((it) => matches(head, it)))
  if (!format) throw new Refusal('format')
  const [, strip] = format
  try {
    return strip(file)
  } catch (error) {
    // Thrown by `Buffer` for an offset beyond the end of the file.
    if (error instanceof RangeError) throw new Refusal('damaged', error)
    throw error
  }
}

function matches(head: string, signature: string): boolean {
  return signature.split('').every((letter, index) => letter === '.' || letter === head[index])
}

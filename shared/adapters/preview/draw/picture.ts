import sharp from 'sharp'
import { bounds } from '../bounds.ts'
import { decoding, describe, openImage } from '../open-image.ts'
import { withEarlyExif } from '../strip/png.ts'

export const webpQuality = 80

/**
 * Draws the first page or frame as an upright WebP, at most `width` pixels wide. Draws the readable part of a damaged file. Omits
 * metadata (EXIF, GPS, XMP), which is sharp's default. Throws a `Refusal`.
 */
export async function drawPicture(file: Buffer, width: number): Promise<Buffer> {
  const source = withEarlyExif(file) ?? file
  const image = openImage(source, { failOn: 'none' })
  await describe(image.clone())
  return decoding(() =>
    image
      .resize({
        width,
        height: width * bounds.tallest,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: webpQuality })
      .toBuffer(),
  )
}

/** Initializes the libraries, so that the next picture takes a sixth less time. */
export async function drawAnything(): Promise<void> {
  const create = { width: 64, height: 64, channels: 3, background: 'gray' } as const
  await drawPicture(await sharp({ create }).jpeg().toBuffer(), 16)
}

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

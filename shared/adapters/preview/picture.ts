import { bounds } from './bounds.ts'
import { decoding, describe, openImage } from './open-image.ts'
import { withEarlyExif } from './strip/png.ts'

const webpQuality = 80

/**
 * A WebP at most `width` pixels wide, upright, of the first page or frame, of whatever a damaged file still shows. Metadata (EXIF,
 * GPS, XMP) is left out, as sharp does unless told otherwise. Throws a `Refusal`.
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

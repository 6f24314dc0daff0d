import type { ModelPicture } from '../../../ports/renderer.ts'
import { decoding, describe, openImage } from '../open-image.ts'
import { withEarlyExif } from '../strip/png.ts'

const jpegQuality = 85
/** Each attempt has half of the pixels of the one before. */
const shrink = Math.SQRT1_2
const maxAttempts = 8

/**
 * Draws the first page or frame upright for a model: as JPEG, or as PNG if it has transparency, because some hosts cannot decode WebP.
 * Makes it smaller until it has at most `maxBytes`. Throws a `Refusal`.
 */
export async function drawForModel(
  file: Buffer,
  width: number,
  { height, maxBytes }: ModelPicture,
): Promise<Buffer> {
  const source = withEarlyExif(file) ?? file
  const image = openImage(source, { failOn: 'none' })
  await describe(image.clone())
  return decoding(async () => {
    const { data, info } = await image
      .resize({ width, height, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 1 })
      .toBuffer({ resolveWithObject: true })
    const isOpaque =
      info.channels === 3 || (await openImage(data, { failOn: 'error' }).stats()).isOpaque
    for (let attempt = 0, size = info.width; ; attempt++, size *= shrink) {
      const drawn = openImage(data, { failOn: 'error' }).resize({
        width: Math.max(1, Math.round(size)),
      })
      const encoded = isOpaque
        ? drawn.jpeg({ quality: jpegQuality })
        : drawn.png({ palette: true, quality: 90 })
      const bytes = await encoded.toBuffer()
      if (bytes.length <= maxBytes || attempt === maxAttempts) return bytes
    }
  })
}

import type { Metadata, Sharp } from 'sharp'
import type { NormalizeOptions } from '../../ports/renderer.ts'
import { decoding, describe, openImage } from './open-image.ts'
import { Refusal } from './refusals.ts'
import { withEarlyExif } from './strip/png.ts'
import { stripMetadata } from './strip/strip-metadata.ts'

interface Reencoding extends NormalizeOptions {
  isLossless: boolean
  isAnimated?: boolean
}

/**
 * Normalizes an image in its own format: upright, without metadata, within the given size. Keeps the encoded pixels of an image that
 * need not be rotated or scaled. Throws a `Refusal` if normalization would lose more than metadata.
 */
export async function normalizeImage(
  file: Buffer,
  { maxWidth, maxHeight }: NormalizeOptions,
): Promise<Buffer[]> {
  const { orientation, stripped, reencoding } = stripMetadata(file)
  const isBounded = maxWidth !== undefined || maxHeight !== undefined
  if (orientation === 1 && !isBounded) return stripped
  const isAnimated = !('refused' in reencoding) && reencoding.isAnimated === true
  const image = openImage(file, { failOn: 'error', animated: isAnimated })
  const metadata = await describe(image)
  const { width, height } = metadata.autoOrient
  const frameHeight = metadata.pageHeight ?? height
  const fits = width <= (maxWidth ?? width) && frameHeight <= (maxHeight ?? frameHeight)
  if (orientation === 1 && fits) return stripped
  if ('refused' in reencoding) throw new Refusal(reencoding.refused)
  return [await decoding(() => reencode(file, metadata, { ...reencoding, maxWidth, maxHeight }))]
}

/** Colour spaces that re-encoding preserves; `b-w` and `grey16` are grey. */
const keptSpaces = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'] as const

/** Re-encodes an image upright and scaled, in its format, depth, colours and alpha. Throws a `Refusal` if that is impossible. */
async function reencode(file: Buffer, metadata: Metadata, options: Reencoding): Promise<Buffer> {
  const { isAnimated = false, isLossless, maxWidth, maxHeight } = options
  const space = keptSpaces.find((it) => it === metadata.space)
  const isRotatedAnimation = isAnimated && (metadata.orientation ?? 1) !== 1
  if (isRotatedAnimation) throw new Refusal('frames')
  const isDeepAvif = metadata.format === 'heif' && (metadata.bitsPerSample ?? 8) > 8
  const isSupportedDepth = metadata.depth === 'uchar' || metadata.depth === 'ushort'
  if (!space || !isSupportedDepth || isDeepAvif) throw new Refusal('depth')
  const encode = encoders[metadata.format]
  if (!encode) throw new Refusal('format')
  const source = withEarlyExif(file) ?? file
  const image = openImage(source, { failOn: 'error', animated: isAnimated, ignoreIcc: true })
    .resize({
      ...(maxWidth !== undefined && { width: maxWidth }),
      ...(maxHeight !== undefined && { height: maxHeight }),
      fit: 'inside',
      withoutEnlargement: true,
    })
    .toColourspace(space)
    .keepIccProfile()
  return encode(image, metadata, isLossless).toBuffer()
}

const encoders: Record<string, (image: Sharp, metadata: Metadata, isLossless: boolean) => Sharp> = {
  jpeg: (image, { chromaSubsampling, isProgressive: progressive }) =>
    image.jpeg({
      quality: 95,
      chromaSubsampling: chromaSubsampling === '4:2:0' ? '4:2:0' : '4:4:4',
      progressive,
    }),
  png: (image, { isProgressive: progressive }) => image.png({ progressive }),
  gif: (image) => image.gif(),
  webp: (image, _, isLossless) =>
    image.webp(isLossless ? { lossless: true, exact: true } : { quality: 90 }),
  tiff: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  // A higher effort takes minutes.
  heif: (image) => image.avif({ quality: 80, effort: 2, chromaSubsampling: '4:4:4' }),
}

import type { Metadata, Sharp } from 'sharp'
import type { NormalizeOptions } from '../../ports/renderer.ts'
import { openImage } from './open-image.ts'
import { Refusal } from './refusals.ts'
import { withEarlyExif } from './strip/png.ts'

export interface Redrawing extends NormalizeOptions {
  isLossless: boolean
  isAnimated?: boolean
}

/** Colour spaces that are encoded as they were decoded; `b-w` and `grey16` are grey. */
const keptSpaces = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'] as const

/** Encodes an image anew: upright, at most so large, in its format, depth, colours and alpha. Throws a `Refusal` where it cannot. */
export async function redraw(
  file: Buffer,
  metadata: Metadata,
  redrawing: Redrawing,
): Promise<Buffer> {
  const { isAnimated = false, isLossless, maxWidth, maxHeight } = redrawing
  const space = keptSpaces.find((it) => it === metadata.space)
  const isAnimatedSideways = isAnimated && (metadata.orientation ?? 1) !== 1
  if (isAnimatedSideways) throw new Refusal('frames')
  const isDeepAvif = metadata.format === 'heif' && (metadata.bitsPerSample ?? 8) > 8
  const isKeptDepth = metadata.depth === 'uchar' || metadata.depth === 'ushort'
  if (!space || !isKeptDepth || isDeepAvif) throw new Refusal('depth')
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
  // More effort takes minutes.
  heif: (image) => image.avif({ quality: 80, effort: 2, chromaSubsampling: '4:4:4' }),
}

import sharp, { type Metadata, type Sharp } from 'sharp'
import { WorkspaceError } from '../../workspace/errors.ts'
import type { NormalizeOptions } from '../../workspace/ports.ts'
import { previewBounds } from './bounds.ts'

// Only decoders of raster formats, whatever the bytes look like: never SVG, PDF, or what ImageMagick would take.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Heif', 'Jpeg', 'Nsgif', 'Png', 'Tiff', 'Webp'].map(
    (format) => `VipsForeignLoad${format}`,
  ),
})
sharp.cache(false)

const webpQuality = 80

/**
 * A WebP at most `width` pixels wide, upright, of the first page or frame. Metadata (EXIF, GPS, XMP) is left behind, as
 * sharp does unless told otherwise. Throws `unsupported-type` for what cannot be decoded within the bounds.
 */
export async function renderImage(source: string | Buffer, width: number): Promise<Buffer> {
  assertAffordable(await decoding(() => open(source, {}).metadata()))
  return decoding(() =>
    open(source, {})
      .resize({
        width,
        height: width * previewBounds.tallest,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: webpQuality })
      .toBuffer(),
  )
}

/** Formats that are written as they came; anything else an image is decoded from has no encoder here. */
const encoders: Record<string, (image: Sharp) => Sharp> = {
  avif: (image) => image.avif(),
  gif: (image) => image.gif(),
  jpeg: (image) => image.jpeg({ quality: 90, mozjpeg: true }),
  png: (image) => image.png(),
  tiff: (image) => image.tiff(),
  webp: (image) => image.webp({ quality: 90 }),
}

/**
 * Writes an image anew in its own format, upright, without metadata, at most so large. Throws `unsupported-type` for
 * what is no image of a format that can be written.
 */
export async function normalizeImage(
  source: string,
  target: string,
  { maxWidth, maxHeight }: NormalizeOptions,
): Promise<void> {
  const metadata = await decoding(() => open(source, { animated: true }).metadata())
  const { format, compression } = metadata
  const encode = encoders[compression === 'av1' ? 'avif' : format]
  if (!encode) {
    throw new WorkspaceError(
      'unsupported-type',
      'Only AVIF, GIF, JPEG, PNG, TIFF and WebP images can be normalized. Upload the file without normalize=image.',
    )
  }
  assertAffordable(metadata)
  const image = open(source, { animated: true }).resize({
    ...(maxWidth !== undefined && { width: maxWidth }),
    ...(maxHeight !== undefined && { height: maxHeight }),
    fit: 'inside',
    withoutEnlargement: true,
  })
  await decoding(() => encode(image).toFile(target))
}

function open(source: string | Buffer, { animated = false }: { animated?: boolean }): Sharp {
  return sharp(source, {
    animated,
    autoOrient: true,
    limitInputPixels: previewBounds.pixels,
    sequentialRead: true,
  }).timeout({ seconds: previewBounds.seconds })
}

/** Bytes of one sample, by what libvips calls its format. */
const sampleBytes: Record<string, number> = {
  char: 1,
  uchar: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  complex: 8,
  double: 8,
  dpcomplex: 16,
}

/** How often a picture lies in memory while it is decoded, at most: that of a video codec keeps planes and tiles besides. */
const copies = { heif: 6, other: 2 }

/** Pixels alone say little: a few kilobytes of AVIF took 1.8 GB for 100 million of them. */
function assertAffordable({ format, width, height, channels, depth }: Metadata): void {
  const pictureBytes = width * height * channels * (sampleBytes[depth] ?? 16)
  const needed = pictureBytes * (format === 'heif' ? copies.heif : copies.other)
  if (needed <= previewBounds.decodedBytes) return
  throw new WorkspaceError(
    'unsupported-type',
    `This image takes more than ${previewBounds.decodedBytes} bytes of memory to decode, the most that is given here. Download the file itself.`,
  )
}

async function decoding<Result>(step: () => Promise<Result>): Promise<Result> {
  return step().catch((error: unknown) => {
    // A full or failing disk is no fault of the image's.
    if (/system error/i.test(String(error))) throw error
    throw new WorkspaceError('unsupported-type', reasonOf(String(error)), { cause: error })
  })
}

function reasonOf(message: string): string {
  if (/pixel limit/i.test(message))
    return `This image has more than ${previewBounds.pixels} pixels, the most that is decoded here. Download the file itself.`
  if (/timeout/i.test(message))
    return 'This image took too long to decode. Download the file itself.'
  return 'This image cannot be decoded: it is damaged, or in a variant that this server has no decoder for. Download the file itself.'
}

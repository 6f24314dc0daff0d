import sharp, { type Metadata, type Sharp } from 'sharp'
import { maxPixels } from './bounds.ts'
import { Refusal } from './refusals.ts'

// Only decoders of raster formats, whatever the bytes look like: never SVG, PDF, or what ImageMagick would take.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Heif', 'Jpeg', 'Nsgif', 'Png', 'Tiff', 'Webp'].map(
    (format) => `VipsForeignLoad${format}`,
  ),
})
sharp.cache(false)

interface OpenOptions {
  /** How much damage a decoder bears: a preview shows what is there, a copy must be whole. */
  failOn: 'none' | 'error'
  /** All frames and pages, not the first alone. */
  animated?: boolean
  /** Leaves the pixels in the colours of the profile. */
  ignoreIcc?: boolean
}

/** An image, upright. Its size is checked by `describe`. */
export function openImage(source: string | Buffer, options: OpenOptions): Sharp {
  return sharp(source, {
    autoOrient: true,
    limitInputPixels: false,
    sequentialRead: true,
    ...options,
  })
}

/** What an image's header says. Throws a `Refusal` for an image of more pixels than are decoded. */
export async function describe(image: Sharp): Promise<Metadata> {
  const metadata = await decoding(() => image.metadata())
  const { format, width, height } = metadata
  const most = format === 'jpeg' || format === 'heif' ? maxPixels[format] : maxPixels.other
  if (width * height > most) throw new Refusal('pixels')
  return metadata
}

/** Every error of libvips while it decodes or encodes is the image's: reading and writing files is not its part. */
export async function decoding<Result>(step: () => Promise<Result>): Promise<Result> {
  return step().catch((error: unknown) => {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      /out of memory|memory allocation/i.test(String(error)) ? 'memory' : 'damaged',
      error,
    )
  })
}

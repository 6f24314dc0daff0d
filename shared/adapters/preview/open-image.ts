import sharp, { type Metadata, type Sharp } from 'sharp'
import { maxPixels } from './bounds.ts'
import { Refusal } from './refusals.ts'

// Allows decoders of raster formats only, never PDF or ImageMagick. draw/svg.ts allows SVG in a process that draws one.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Heif', 'Jpeg', 'Nsgif', 'Png', 'Tiff', 'Webp'].map(
    (format) => `VipsForeignLoad${format}`,
  ),
})
sharp.cache(false)

interface OpenOptions {
  /** `none` decodes the readable part of a damaged image, which suffices for a preview. */
  failOn: 'none' | 'error'
  /** Reads all frames and pages instead of the first. */
  animated?: boolean
  /** Keeps the pixels in the colours of the profile. */
  ignoreIcc?: boolean
}

/** Opens an image upright. Does not check its size; see `describe`. */
export function openImage(source: string | Buffer, options: OpenOptions): Sharp {
  return sharp(source, {
    autoOrient: true,
    limitInputPixels: false,
    sequentialRead: true,
    ...options,
  })
}

/** Reads an image's header. Throws a `Refusal` if the image has more than `maxPixels`. */
export async function describe(image: Sharp): Promise<Metadata> {
  const metadata = await decoding(() => image.metadata())
  const { format, width, height } = metadata
  const limit = format === 'jpeg' || format === 'heif' ? maxPixels[format] : maxPixels.other
  if (width * height > limit) throw new Refusal('pixels')
  return metadata
}

/** Converts errors of libvips to a `Refusal`. They are caused by the image, because libvips reads and writes no files here. */
export async function decoding<Result>(step: () => Promise<Result>): Promise<Result> {
  return step().catch((error: unknown) => {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      /out of memory|memory allocation/i.test(String(error)) ? 'memory' : 'damaged',
      error,
    )
  })
}

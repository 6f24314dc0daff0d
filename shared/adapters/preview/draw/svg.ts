import sharp from 'sharp'
import { bounds } from '../bounds.ts'
import { decoding } from '../open-image.ts'
import { webpQuality } from './picture.ts'
import { Refusal } from '../refusals.ts'
import { svgSource } from './svg-source.ts'

/** The resolution of libvips at which a pixel of the SVG is a pixel of the picture. It refuses sizes above a limit. */
const naturalDensity = 72
/** The lowest resolution that sharp accepts, for drawings of more than ten million pixels. */
const lowDensity = 1
/** libvips rounds sizes to pixels. At this resolution it measures the shape exactly. */
const highDensity = 100 * naturalDensity

/**
 * Draws an SVG or SVGZ as a WebP that is `width` pixels wide, or less if the drawing is tall. Uses librsvg, which runs no script. It
 * reads no file and no URL except `data:`, because the document has no address. Throws a `Refusal`. Allows the decoder of SVG in this
 * process.
 */
export async function drawSvg(file: Buffer, width: number): Promise<Buffer> {
  const source = await svgSource(file)
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] })
  const open = (density: number) => sharp(source, { limitInputPixels: false, density })
  const shape = await firstFitting([highDensity, naturalDensity, lowDensity], (density) =>
    open(density).metadata(),
  )
  const size = fitted(shape.width / shape.height, width)
  // libvips scales the drawing, not its pixels.
  return firstFitting([naturalDensity, lowDensity], (density) =>
    open(density)
      .resize({ ...size, fit: 'fill' })
      .webp({ quality: webpQuality })
      .toBuffer(),
  )
}

function fitted(aspectRatio: number, maxWidth: number): { width: number; height: number } {
  const width = Math.min(maxWidth, maxWidth * bounds.tallest * aspectRatio)
  return { width: atLeastOne(width), height: atLeastOne(width / aspectRatio) }
}

const atLeastOne = (pixels: number) => Math.max(1, Math.round(pixels))

/** Returns the result of the first density at which libvips accepts the size of the drawing. */
async function firstFitting<Result>(
  densities: number[],
  step: (density: number) => Promise<Result>,
): Promise<Result> {
  let refusal: unknown
  for (const density of densities) {
    try {
      return await decoding(() => step(density))
    } catch (error) {
      refusal = error
      if (!isSizeError(error)) break
    }
  }
  throw refusal
}

function isSizeError(error: unknown): boolean {
  return error instanceof Refusal && /dimensions|zero-sized|pixel limit/i.test(String(error.cause))
}

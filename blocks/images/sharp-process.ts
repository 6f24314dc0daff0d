import { readFile } from 'node:fs/promises'
import sharp from 'sharp'

// A program of Node: blocks run it with `context.run('node', …)`, because an image can crash or stall its decoder. It reads and
// writes files of its working directory only.

/** Scales an image to fit into a box and writes it in a format. */
export interface ResizeJob {
  task: 'resize'
  source: string
  target: string
  width?: number | undefined
  height?: number | undefined
  format: 'avif' | 'jpeg' | 'png' | 'webp'
  quality: number
}

/** Writes an image in another format. */
export interface ConvertJob {
  task: 'convert'
  source: string
  target: string
  format: 'avif' | 'gif' | 'jpeg' | 'png' | 'tiff' | 'webp'
  quality: number
  /** The colour behind transparent pixels, for JPEG. */
  background: string
}

/** Reads what the header of an image says. */
export interface InfoJob {
  task: 'info'
  source: string
}

export type SharpJob = ResizeJob | ConvertJob | InfoJob

const limitInputPixels = 100_000_000

/** Formats with several frames. */
const animated = new Set(['gif', 'webp'])

// Raster formats only: never SVG, PDF or ImageMagick.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Heif', 'Jpeg', 'Nsgif', 'Png', 'Tiff', 'Webp'].map(
    (format) => `VipsForeignLoad${format}`,
  ),
})
sharp.cache(false)

if (import.meta.main) {
  const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as SharpJob
  process.stdout.write(JSON.stringify(await perform(job)))
}

function perform(job: SharpJob): Promise<object> {
  switch (job.task) {
    case 'resize':
      return resize(job)
    case 'convert':
      return convert(job)
    case 'info':
      return info(job)
  }
}

async function resize({ source, target, format, quality, width, height }: ResizeJob) {
  const options = { fit: 'inside', withoutEnlargement: true } as const
  const written = await sharp(source, { limitInputPixels, autoOrient: true })
    .resize({
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...options,
    })
    .toFormat(format, { quality })
    .toFile(target)
  return { width: written.width, height: written.height }
}

async function convert({ source, target, format, quality, background }: ConvertJob) {
  const isAnimated = animated.has(format)
  const image = sharp(source, { limitInputPixels, autoOrient: true, animated: isAnimated })
  const opaque = format === 'jpeg' ? image.flatten({ background }) : image
  await opaque.toFormat(format, { quality }).toFile(target)
  return {}
}

async function info({ source }: InfoJob) {
  const found = await sharp(source, { limitInputPixels }).metadata()
  return {
    width: found.autoOrient.width,
    height: found.autoOrient.height,
    format: found.format,
    frames: found.pages ?? 1,
    hasAlpha: found.hasAlpha,
    colors: found.space,
    ...(found.density !== undefined && { density: found.density }),
  }
}

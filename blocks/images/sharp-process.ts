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

export type SharpJob = ResizeJob

const maxPixels = 100_000_000

// Raster formats only: never SVG, PDF or ImageMagick.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Heif', 'Jpeg', 'Nsgif', 'Png', 'Tiff', 'Webp'].map(
    (format) => `VipsForeignLoad${format}`,
  ),
})
sharp.cache(false)

if (import.meta.main) {
  const job = JSON.parse(process.argv[2] ?? '') as SharpJob
  process.stdout.write(JSON.stringify(await resize(job)))
}

async function resize({ source, target, format, quality, width, height }: ResizeJob) {
  const options = { fit: 'inside', withoutEnlargement: true } as const
  const written = await sharp(source, { limitInputPixels: maxPixels, autoOrient: true })
    .resize({
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...options,
    })
    .toFormat(format, { quality })
    .toFile(target)
  return { width: written.width, height: written.height }
}

import type { ProcessLimits } from '../programs/limited-process.ts'

const mebibyte = 1024 * 1024

/** Limits of one rendering. docs/media.md has the full table. */
export const bounds = {
  /** Limit of the source, because a decoder needs the whole file. */
  sourceBytes: 256 * mebibyte,
  /** Limit of the output of a helper program and of a normalization. */
  resultBytes: 512 * mebibyte,
  /** Limit of height divided by width of a preview. Taller images are scaled to fit. */
  tallest: 4,
} as const

/** Limit of concurrent decoders in one process of the service, so that the machine stays responsive. */
export const maxConcurrentDecoders = 2

/** Time limits of a rendering, for all its processes together. */
export const seconds = { preview: 20, office: 40, normalize: 60 } as const

const megapixel = 1_000_000

/** Limits of decoded pixels, over all frames and pages that are read. */
export const maxPixels = {
  /** The decoder can scale down while it decodes. */
  jpeg: 250 * megapixel,
  /** The decoder keeps several copies of the picture: 18 bytes per pixel (measured). */
  heif: 64 * megapixel,
  other: 100 * megapixel,
} as const

export const processLimits: ProcessLimits = {
  dataBytes: 2048 * mebibyte,
  cpuSeconds: 2 * seconds.normalize,
  fileBytes: bounds.resultBytes,
  openFiles: 256,
  processes: 4096,
}

/** Limits of helper programs, which decode one page or one frame. */
export const programLimits: ProcessLimits = {
  ...processLimits,
  dataBytes: 1024 * mebibyte,
  cpuSeconds: 2 * seconds.office,
}

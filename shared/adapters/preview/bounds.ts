const mebibyte = 1024 * 1024

/** What a rendering may cost, whatever its source claims to be. docs/media.md has the table of bounds. */
export const bounds = {
  /** Larger sources are not rendered: a decoder needs the whole file at hand. */
  sourceBytes: 256 * mebibyte,
  /** The result of a helper program or of a normalization. */
  resultBytes: 512 * mebibyte,
  /** The height of a preview for each pixel of its width: a long screenshot is scaled to fit. */
  tallest: 4,
} as const

/** So many decode at once in one process of the service, and the machine keeps answering. */
export const atOnce = 2

/** How long a rendering may take, from its first process to its last. */
export const seconds = { preview: 20, normalize: 60 } as const

const megapixel = 1_000_000

/** The most pixels of a picture once decoded, over all frames and pages that are read. */
export const maxPixels = {
  /** Decoded at a fraction of its size for a preview. */
  jpeg: 250 * megapixel,
  /** The decoder holds several copies of the whole picture: 18 bytes a pixel, measured. */
  heif: 64 * megapixel,
  other: 100 * megapixel,
} as const

/** Limits of one process, by the kernel where it knows them (`ulimit`, getrlimit(2)). */
export interface ProcessLimits {
  /** `RLIMIT_DATA`: memory that a process writes to. Node reserves 650 MiB of it and uses 60. */
  dataBytes: number
  /** Of all threads together. */
  cpuSeconds: number
  fileBytes: number
  openFiles: number
  /** Of the user, all programs together: Linux counts no other way. */
  processes: number
}

export const processLimits: ProcessLimits = {
  dataBytes: 2048 * mebibyte,
  cpuSeconds: 2 * seconds.normalize,
  fileBytes: bounds.resultBytes,
  openFiles: 256,
  processes: 4096,
}

/** Helper programs decode one page or one frame. */
export const programLimits: ProcessLimits = {
  ...processLimits,
  dataBytes: 1024 * mebibyte,
  cpuSeconds: 2 * seconds.preview,
}

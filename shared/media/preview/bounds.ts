/** What one rendering may cost, whatever its source claims to be. */
export const previewBounds = {
  /** Larger sources are not fetched: a decoder needs the whole file at hand. */
  sourceBytes: 256 * 1024 * 1024,
  /** Of a picture once decoded: a bomb of a few kilobytes can claim billions. */
  pixels: 100_000_000,
  /** Of memory for one picture while it is decoded and turned upright, as far as its header tells. */
  decodedBytes: 400 * 1024 * 1024,
  /** Of address space for a helper program. */
  programKibibytes: 768 * 1024,
  seconds: 20,
  /** Of what a helper program writes: one frame. */
  frameBytes: 64 * 1024 * 1024,
  /** Height for each pixel of width: a long screenshot is scaled to fit. */
  tallest: 4,
} as const

import type { UnscannableReason } from '../../../model/verdict.ts'

const maxBytes = 2 * 1024 * 1024 * 1024
const maxFiles = 10_000
const maxMs = 240_000

/** A file is broken or exceeds the unpacking limits. */
export class UnpackingError extends Error {
  readonly reason: UnscannableReason

  constructor(reason: UnscannableReason) {
    super(`The file cannot be unpacked: ${reason}`)
    this.reason = reason
  }
}

/** Limits for unpacking one uploaded file, including nested archives: 2 GiB, 10,000 files, four minutes. */
export class UnpackingLimits {
  readonly #deadline = performance.now() + maxMs
  #bytes = 0
  #files = 0

  /** Throws `UnpackingError` beyond the limits of bytes and time. */
  countBytes(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > maxBytes) throw new UnpackingError('size-limit')
    if (performance.now() > this.#deadline) throw new UnpackingError('time-limit')
  }

  /** Throws `UnpackingError` beyond the limit of files. */
  countFile(): void {
    this.#files += 1
    if (this.#files > maxFiles) throw new UnpackingError('file-count-limit')
  }
}

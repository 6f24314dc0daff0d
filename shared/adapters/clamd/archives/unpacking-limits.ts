import type { UnscannableReason } from '../../../model/verdict.ts'

const maxBytes = 2 * 1024 * 1024 * 1024
const maxFiles = 10_000
const maxMs = 240_000

/** A file is broken, or takes more to unpack than it may. */
export class UnpackingError extends Error {
  readonly reason: UnscannableReason

  constructor(reason: UnscannableReason) {
    super(`The file cannot be unpacked: ${reason}`)
    this.reason = reason
  }
}

/** What unpacking one file may take in all: 2 GiB, 10,000 files, four minutes. */
export class UnpackingLimits {
  readonly #deadline = performance.now() + maxMs
  #bytes = 0
  #files = 0

  /** Throws `UnpackingError` beyond the limits. */
  take(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > maxBytes) throw new UnpackingError('size-limit')
    if (performance.now() > this.#deadline) throw new UnpackingError('time-limit')
  }

  takeFile(): void {
    this.#files += 1
    if (this.#files > maxFiles) throw new UnpackingError('file-count-limit')
  }
}

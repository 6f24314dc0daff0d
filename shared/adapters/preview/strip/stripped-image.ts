import { Refusal, type Reason } from '../refusals.ts'

/** The result of removing metadata from an image. */
export interface StrippedImage {
  /** EXIF's `Orientation`, 1 to 8; 1 is upright. */
  orientation: number
  /** The file without metadata. Its pixels are unchanged. */
  stripped: Buffer[]
  /** How to re-encode the image if it must be rotated or scaled, or why that is refused. */
  reencoding: { isLossless: boolean; isAnimated?: boolean } | { refused: Reason }
}

/** Limit of parts, because many small parts need more memory than the file. */
const maxParts = 100_000

/** Collects the parts of a file to keep, in order. */
export class KeptParts {
  readonly parts: Buffer[] = []
  readonly #file: Buffer
  #end = -1

  constructor(file: Buffer) {
    this.#file = file
  }

  /** Adds the bytes from `start` up to `end`. */
  range(start: number, end: number): void {
    const last = this.parts.at(-1)
    if (last && this.#end === start) {
      const begin = last.byteOffset - this.#file.byteOffset
      this.parts[this.parts.length - 1] = this.#file.subarray(begin, end)
    } else {
      this.#add(this.#file.subarray(start, end))
    }
    this.#end = end
  }

  /** Adds bytes that are not a range of the file. */
  bytes(bytes: Buffer): void {
    this.#add(bytes)
    this.#end = -1
  }

  #add(part: Buffer): void {
    if (this.parts.length >= maxParts) throw new Refusal('crash')
    this.parts.push(part)
  }
}

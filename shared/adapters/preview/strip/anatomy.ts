import { Refusal, type Reason } from '../refusals.ts'

/** What an image file is made of. */
export interface Anatomy {
  /** EXIF's `Orientation`, 1 to 8: 1 is upright. */
  orientation: number
  /** The file without metadata; its pixels are as they were. */
  stripped: Buffer[]
  /** How the image is encoded when it has to be turned or scaled, or why it is not. */
  redraw: { isLossless: boolean; isAnimated?: boolean } | { refused: Reason }
}

/** A file of more parts takes more memory than bytes. */
const maxParts = 100_000

/** Collects what is kept of a file, in its order. */
export class Kept {
  readonly parts: Buffer[] = []
  readonly #file: Buffer
  #end = -1

  constructor(file: Buffer) {
    this.#file = file
  }

  /** Keeps the bytes from `start` up to `end`. */
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

  /** Adds bytes that stand in no such place of the file. */
  bytes(bytes: Buffer): void {
    this.#add(bytes)
    this.#end = -1
  }

  #add(part: Buffer): void {
    if (this.parts.length >= maxParts) throw new Refusal('crash')
    this.parts.push(part)
  }
}

/** Parts that are joined at once: a document can consist of millions of characters, each its own part. */
const partsAtOnce = 4096

/** Collects a text up to a limit of characters. */
export class TextOutput {
  readonly #maxLength: number
  /** Texts of `partsAtOnce` parts each. */
  readonly #joined: string[] = []
  #parts: string[] = []
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get isFull(): boolean {
    return this.#length >= this.#maxLength
  }

  add(text: string): void {
    const part = text.slice(0, this.#maxLength - this.#length)
    this.#parts.push(part)
    this.#length += part.length
    if (this.#parts.length < partsAtOnce) return
    this.#joined.push(this.#parts.join(''))
    this.#parts = []
  }

  toString(): string {
    return [...this.#joined, ...this.#parts].join('').toWellFormed()
  }
}

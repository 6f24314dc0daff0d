/** Collects a text up to a limit of characters. */
export class TextOutput {
  readonly #maxLength: number
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
  }

  toString(): string {
    return this.#parts.join('').toWellFormed()
  }
}

const pattern = /^\d+$/

/** Whether the text is a valid generation, and therefore a safe directory name. */
export function isGeneration(text: string): boolean {
  return pattern.test(text)
}

/** When a generation became visible. A generation is this instant in microseconds since 1970. */
export function instantOf(generation: string): Date {
  return new Date(Math.floor(Number(generation) / 1000))
}

/** Creates generations, each greater than the one before, even if the clock stops or moves backwards. */
export class Generations {
  readonly #now: () => Date
  #last = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, this.#now().getTime() * 1000)
    return `${this.#last}`
  }
}

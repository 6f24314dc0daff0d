const pattern = /^\d+$/

/** Whether the text can name a generation, and nothing else on a disk. */
export function isGeneration(text: string): boolean {
  return pattern.test(text)
}

/** When a generation became visible: it is that instant, in microseconds since 1970. */
export function instantOf(generation: string): Date {
  return new Date(Math.floor(Number(generation) / 1000))
}

/** Gives out generations, each greater than the one before even where the clock stands still or goes back. */
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

import { setTimeout as delay } from 'node:timers/promises'

const firstCeilingMs = 10
const maxCeilingMs = 1000

/**
 * The pauses between the attempts at changes of one document, with full jitter. A failed commit doubles their ceiling, and a
 * successful one halves it, so that the attempts of all instances together approach the rate that the document takes.
 */
export class Pace {
  #ceilingMs = 0

  async pause(): Promise<void> {
    if (this.#ceilingMs > 0) await delay(Math.random() * this.#ceilingMs)
  }

  failed(): void {
    this.#ceilingMs = Math.min(maxCeilingMs, Math.max(firstCeilingMs, this.#ceilingMs * 2))
  }

  succeeded(): void {
    const half = this.#ceilingMs / 2
    this.#ceilingMs = half < firstCeilingMs ? 0 : half
  }
}

import type { ObjectResource } from './objects.ts'

/** The data of a `google.cloud.storage.object.v1.finalized` event. */
export type FinalizeListener = (object: ObjectResource) => void

/** Finalize events as Eventarc brings them: at least once, in no order, later than the answer to who wrote. */
export class FinalizeEvents {
  /** How often each event is delivered. */
  deliveries = 1
  readonly #listeners = new Set<FinalizeListener>()
  #held: ObjectResource[] | undefined

  /** Hears of every object that becomes visible, until it is disposed. */
  subscribe(listener: FinalizeListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  push(object: ObjectResource): void {
    if (this.#held) this.#held.push(object)
    else setImmediate(() => this.#deliver(object))
  }

  /** Keeps events back until `release`. */
  hold(): void {
    this.#held ??= []
  }

  /** Delivers what was kept back, the latest first. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const object of held.toReversed()) this.#deliver(object)
  }

  #deliver(object: ObjectResource): void {
    for (let delivery = 0; delivery < this.deliveries; delivery++) {
      for (const listener of this.#listeners) listener(object)
    }
  }
}

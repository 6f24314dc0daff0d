import type { ObjectResource } from './objects.ts'

/** The data of a `google.cloud.storage.object.v1.finalized` event. */
export type FinalizeListener = (object: ObjectResource) => void

/** Finalize events like those of Eventarc: at least once, in no order, after the response to the writer. */
export class FinalizeEvents {
  /** How often each event is delivered. */
  deliveries = 1
  readonly #listeners = new Set<FinalizeListener>()
  #held: ObjectResource[] | undefined

  /** Calls the handler for every object that becomes visible, until disposal. */
  subscribe(listener: FinalizeListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  push(object: ObjectResource): void {
    if (this.#held) this.#held.push(object)
    else setImmediate(() => this.#deliver(object))
  }

  /** Holds events until `release`. */
  hold(): void {
    this.#held ??= []
  }

  /** Delivers the held events, the latest first. */
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

/** Events in the order of their time: a binary heap. */
export class EventQueue<Event extends { at: number }> {
  readonly #heap: Event[] = []

  push(event: Event): void {
    const heap = this.#heap
    let index = heap.push(event) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#at(parent) <= event.at) break
      this.#move(parent, index)
      index = parent
    }
    heap[index] = event
  }

  /** Removes and returns the earliest event. */
  pop(): Event | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child + 1 < heap.length && this.#at(child + 1) < this.#at(child)) child += 1
      if (child >= heap.length || last.at <= this.#at(child)) break
      this.#move(child, index)
      index = child
    }
    heap[index] = last
    return first
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Infinity
  }

  #move(from: number, to: number): void {
    const event = this.#heap[from]
    if (event) this.#heap[to] = event
  }
}

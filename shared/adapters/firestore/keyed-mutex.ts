/**
 * Runs the tasks of one key one after another, in the order of the calls. Used for the changes of a workspace. All of them
 * write its document, so concurrent changes would fail and retry. The reads of every attempt are billed.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}

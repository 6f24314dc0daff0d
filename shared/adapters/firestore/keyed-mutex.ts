/**
 * Lets the tasks of one key run one after another, in the order in which they came. All changes of a workspace meet in its
 * one document: those of one process would else only make each other fail, and every attempt's reads are billed.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}

import { invalid } from '../../model/errors.ts'

interface Request {
  controller: AbortController
  ended: Promise<void>
}

/** One request at a time for each key: a later one stops the earlier and begins when that has ended. */
export class TakeoverLock implements AsyncDisposable {
  readonly #requests = new Map<string, Request>()

  /** Rejects with the reason of `signal` where a later request came before this one could begin. */
  async run<Result>(key: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const earlier = this.#requests.get(key)
    const controller = new AbortController()
    const begin = async () => {
      earlier?.controller.abort(takenOver())
      await earlier?.ended
      controller.signal.throwIfAborted()
      return work(controller.signal)
    }
    const result = begin()
    const request = { controller, ended: result.then(ignore, ignore) }
    this.#requests.set(key, request)
    try {
      return await result
    } finally {
      if (this.#requests.get(key) === request) this.#requests.delete(key)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [...this.#requests.values()]
    for (const { controller } of running) controller.abort(takenOver())
    await Promise.all(running.map(({ ended }) => ended))
  }
}

function ignore(): void {
  // Whoever asked for the request has its result.
}

function takenOver(): Error {
  return invalid('upload', 'a later request took over; ask what is held and go on from there')
}

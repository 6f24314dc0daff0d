import { invalid } from '../../model/errors.ts'

interface Request {
  controller: AbortController
  ended: Promise<void>
}

/** Runs one request at a time for each key. A later request aborts the running request and starts when that has ended. */
export class TakeoverLock implements AsyncDisposable {
  readonly #requests = new Map<string, Request>()

  /** Rejects with `invalid-request` if a later request arrives before this one has started. */
  async run<Result>(key: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const earlier = this.#requests.get(key)
    const controller = new AbortController()
    const start = async () => {
      earlier?.controller.abort(takenOver())
      await earlier?.ended
      controller.signal.throwIfAborted()
      return work(controller.signal)
    }
    const result = start()
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
  // The caller of `run` handles the result.
}

function takenOver(): Error {
  return invalid(
    'upload',
    'a later request took over; query the number of stored bytes, and continue from there',
  )
}

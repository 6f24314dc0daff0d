import { setImmediate } from 'node:timers/promises'

/** Error of every call that a crashed process makes or waits for. */
export class Crashed extends Error {
  override readonly name = 'Crashed'
}

/** A process dies at its N-th call, counted from 1: `before` the call, or `after` it but before its result arrives. */
export interface Crash {
  call: number
  when: 'before' | 'after'
}

/** One operation, simulated as a separate process. */
export interface Actor {
  name: string
  crash?: Crash | undefined
  calls: number
  /** Number of calls in progress. */
  running: number
  isDead: boolean
  isDone: boolean
}

interface Waiting {
  actor: Actor
  label: string
  resume: () => void
}

const stallMs = 30_000

export function newActor(name: string, crash?: Crash): Actor {
  return { name, crash, calls: 0, running: 0, isDead: false, isDone: false }
}

/**
 * Interleaves concurrent operations deterministically. Each operation waits before every port call until the scheduler
 * resumes it. The other operations stay blocked during the call.
 */
export class Scheduler {
  /** The calls in their order of execution, for the report of a counterexample. */
  readonly log: string[] = []
  readonly #waiting: Waiting[] = []
  #changed = Promise.withResolvers<void>()

  /** Waits until the scheduler selects the call, then makes it. */
  async call<Result>(actor: Actor, label: string, call: () => Promise<Result>): Promise<Result> {
    this.#assertAlive(actor)
    actor.calls += 1
    const { crash, calls } = actor
    if (crash?.call === calls && crash.when === 'before') this.#die(actor, label)
    await new Promise<void>((resume) => {
      this.#waiting.push({ actor, label, resume })
      this.#notify()
    })
    try {
      this.#assertAlive(actor)
      this.log.push(`${actor.name}: ${label}`)
      const result = await call()
      if (crash?.call === calls && crash.when === 'after') {
        if (isDestroyable(result)) result.destroy()
        this.#die(actor, label)
      }
      return result
    } finally {
      actor.running -= 1
      this.#notify()
    }
  }

  /** Runs a callback inside a call. The callback may make further calls, and other operations may run meanwhile. */
  async yieldDuring<Result>(actor: Actor, work: () => Promise<Result>): Promise<Result> {
    actor.running -= 1
    try {
      return await work()
    } finally {
      actor.running += 1
    }
  }

  /**
   * Runs all operations to their end. The numbers of `order`, cyclically, select the next waiting call. One number in
   * eight runs a second call concurrently. `onStep` runs after each selection.
   */
  async run(
    work: readonly { actor: Actor; operation: () => Promise<void> }[],
    { order, onStep }: { order: readonly number[]; onStep: () => Promise<void> },
  ): Promise<void> {
    const ended = work.map(({ actor, operation }) =>
      operation().finally(() => {
        actor.isDone = true
        this.#notify()
      }),
    )
    const all = Promise.all(ended)
    all.catch(() => undefined)
    const actors = work.map(({ actor }) => actor)
    try {
      await this.#schedule(actors, { order, onStep })
    } finally {
      for (const actor of actors) this.#release(actor)
      await Promise.allSettled(ended)
    }
    await all
  }

  async #schedule(
    actors: Actor[],
    { order, onStep }: { order: readonly number[]; onStep: () => Promise<void> },
  ): Promise<void> {
    for (let step = 0; ; step++) {
      await this.#waitUntilBlocked(actors)
      if (actors.every(({ isDone }) => isDone)) return
      const choice = order[step % order.length] ?? 0
      const first = this.#dequeue(choice)
      if (!first) continue
      const second = choice % 8 === 7 ? this.#dequeue(0, first.actor) : undefined
      for (const { actor, resume } of [first, ...(second ? [second] : [])]) {
        actor.running += 1
        resume()
      }
      await this.#waitUntilBlocked(actors)
      await onStep()
    }
  }

  /** Resolves when every operation has ended or is blocked before a call with no other call in progress. */
  async #waitUntilBlocked(actors: Actor[]): Promise<void> {
    const deadline = AbortSignal.timeout(stallMs)
    for (;;) {
      const changed = this.#changed.promise
      // Lets pending microtasks queue further calls, such as the rest of a `Promise.all`.
      await setImmediate()
      await setImmediate()
      if (actors.every((actor) => actor.isDone || this.#isBlocked(actor))) return
      const late = Promise.withResolvers<never>()
      const onLate = () =>
        late.reject(
          new Error(
            `No progress for ${stallMs / 1000} s after the calls:\n${this.log.slice(-20).join('\n')}`,
          ),
        )
      deadline.addEventListener('abort', onLate)
      await Promise.race([changed, late.promise])
      deadline.removeEventListener('abort', onLate)
    }
  }

  #isBlocked(actor: Actor): boolean {
    return actor.running === 0 && this.#waiting.some((waiting) => waiting.actor === actor)
  }

  #dequeue(choice: number, except?: Actor): Waiting | undefined {
    const possible = this.#waiting.filter(({ actor }) => actor !== except)
    const chosen = possible[choice % possible.length]
    if (chosen) this.#waiting.splice(this.#waiting.indexOf(chosen), 1)
    return chosen
  }

  #dequeueFor(actor: Actor): Waiting | undefined {
    const index = this.#waiting.findIndex((waiting) => waiting.actor === actor)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  #die(actor: Actor, label: string): never {
    this.log.push(`${actor.name} crashes at ${label}`)
    this.#release(actor)
    throw new Crashed(`${actor.name} crashed at ${label}`)
  }

  /** Fails all waiting and future calls of an actor. */
  #release(actor: Actor): void {
    actor.isDead = true
    for (let call = this.#dequeueFor(actor); call; call = this.#dequeueFor(actor)) {
      actor.running += 1
      call.resume()
    }
  }

  #assertAlive({ isDead, name }: Actor): void {
    if (isDead) throw new Crashed(`${name} has crashed`)
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

function isDestroyable(value: unknown): value is { destroy: () => void } {
  return typeof value === 'object' && value !== null && 'destroy' in value
}

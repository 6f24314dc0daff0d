import { setImmediate } from 'node:timers/promises'

/** Why everything that a process still wanted to do fails, once it has crashed. */
export class Crashed extends Error {
  override readonly name = 'Crashed'
}

/** A process dies at its N-th call, counted from 1: before it takes effect, or before it is heard of. */
export interface Crash {
  call: number
  when: 'before' | 'after'
}

/** One operation that is under way, as if in its own process. */
export interface Actor {
  name: string
  crash?: Crash | undefined
  calls: number
  /** Calls that are under way. */
  running: number
  isDead: boolean
  isDone: boolean
}

interface Waiting {
  actor: Actor
  what: string
  go: () => void
}

const stuckMs = 30_000

export function newActor(name: string, crash?: Crash): Actor {
  return { name, crash, calls: 0, running: 0, isDead: false, isDone: false }
}

/**
 * Runs operations together so that one decides which of them makes its next call of a port: each waits before every
 * call until it is let through, and all the others stand still meanwhile.
 */
export class Turnstile {
  /** What was let through, in order: to be read beside a counterexample. */
  readonly log: string[] = []
  readonly #waiting: Waiting[] = []
  #changed = Promise.withResolvers<void>()

  /** Makes a call once it is let through. */
  async pass<Result>(actor: Actor, what: string, call: () => Promise<Result>): Promise<Result> {
    this.#assertAlive(actor)
    actor.calls += 1
    const { crash, calls } = actor
    if (crash?.call === calls && crash.when === 'before') this.#die(actor, what)
    await new Promise<void>((go) => {
      this.#waiting.push({ actor, what, go })
      this.#notify()
    })
    try {
      this.#assertAlive(actor)
      this.log.push(`${actor.name}: ${what}`)
      const result = await call()
      if (crash?.call === calls && crash.when === 'after') {
        if (isDestroyable(result)) result.destroy()
        this.#die(actor, what)
      }
      return result
    } finally {
      actor.running -= 1
      this.#notify()
    }
  }

  /** Runs a part of a call that may make further calls. Other operations may proceed meanwhile. */
  async within<Result>(actor: Actor, work: () => Promise<Result>): Promise<Result> {
    actor.running -= 1
    try {
      return await work()
    } finally {
      actor.running += 1
    }
  }

  /**
   * Lets all operations come to their end. Each of `order`, over and over, says which of the calls that wait is next;
   * one in eight lets two through at once. `onStep` runs between any two.
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
      await this.#letThrough(actors, { order, onStep })
    } finally {
      for (const actor of actors) this.#release(actor)
      await Promise.allSettled(ended)
    }
    await all
  }

  async #letThrough(
    actors: Actor[],
    { order, onStep }: { order: readonly number[]; onStep: () => Promise<void> },
  ): Promise<void> {
    for (let step = 0; ; step++) {
      await this.#quiet(actors)
      if (actors.every(({ isDone }) => isDone)) return
      const choice = order[step % order.length] ?? 0
      const first = this.#take(choice)
      if (!first) continue
      const second = choice % 8 === 7 ? this.#take(0, first.actor) : undefined
      for (const { actor, go } of [first, ...(second ? [second] : [])]) {
        actor.running += 1
        go()
      }
      await this.#quiet(actors)
      await onStep()
    }
  }

  /** Until every operation has ended, or waits before a call and has no other under way. */
  async #quiet(actors: Actor[]): Promise<void> {
    const deadline = AbortSignal.timeout(stuckMs)
    for (;;) {
      const changed = this.#changed.promise
      // What follows a call at once, such as the next of several that an operation makes together, is to be seen.
      await setImmediate()
      await setImmediate()
      if (actors.every((actor) => actor.isDone || this.#stands(actor))) return
      const late = Promise.withResolvers<never>()
      const onLate = () =>
        late.reject(new Error(`Stuck behind:\n${this.log.slice(-20).join('\n')}`))
      deadline.addEventListener('abort', onLate)
      await Promise.race([changed, late.promise])
      deadline.removeEventListener('abort', onLate)
    }
  }

  #stands(actor: Actor): boolean {
    return actor.running === 0 && this.#waiting.some((waiting) => waiting.actor === actor)
  }

  #take(choice: number, besides?: Actor): Waiting | undefined {
    const possible = this.#waiting.filter(({ actor }) => actor !== besides)
    const chosen = possible[choice % possible.length]
    if (chosen) this.#waiting.splice(this.#waiting.indexOf(chosen), 1)
    return chosen
  }

  #takeOf(actor: Actor): Waiting | undefined {
    const index = this.#waiting.findIndex((waiting) => waiting.actor === actor)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  #die(actor: Actor, what: string): never {
    this.log.push(`${actor.name} crashes at ${what}`)
    this.#release(actor)
    throw new Crashed(`${actor.name} crashed at ${what}`)
  }

  /** Whatever it still waits for, or calls from now on, fails. */
  #release(actor: Actor): void {
    actor.isDead = true
    for (let call = this.#takeOf(actor); call; call = this.#takeOf(actor)) {
      actor.running += 1
      call.go()
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

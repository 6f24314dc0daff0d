import { fairShare } from '../../model/fair-share.ts'

/** Scans that name no workspace: they wait their turn like one, and may hold every slot. */
const nobody = ''

/**
 * A limit on how many scans may run at once, shared fairly: a workspace holds its `fairShare` at most. A free slot goes to
 * the waiting workspace that holds the fewest; among equals in turn; within a workspace in the order of asking.
 */
export class Semaphore {
  readonly #count: number
  readonly #held = new Map<string, number>()
  /** In the order in which workspaces have their turn. None of the sets is empty. */
  readonly #waiting = new Map<string, Set<() => void>>()
  #free: number

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /** Resolves to a slot, which is given back by disposing of it; rejects with the signal's reason when aborted. */
  async acquire(signal?: AbortSignal, workspaceId = nobody): Promise<Disposable> {
    signal?.throwIfAborted()
    if (this.#free > 0 && this.#mayHoldMore(workspaceId)) this.#take(workspaceId)
    else await this.#turn(workspaceId, signal)
    return { [Symbol.dispose]: () => this.#release(workspaceId) }
  }

  #mayHoldMore(workspaceId: string): boolean {
    const limit = workspaceId === nobody ? this.#count : fairShare(this.#count)
    return this.#heldBy(workspaceId) < limit
  }

  #heldBy(workspaceId: string): number {
    return this.#held.get(workspaceId) ?? 0
  }

  #take(workspaceId: string): void {
    this.#free -= 1
    this.#held.set(workspaceId, this.#heldBy(workspaceId) + 1)
  }

  /** Takes the slot before it resolves: nobody who comes later gets in between. */
  #turn(workspaceId: string, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const enter = () => {
      signal?.removeEventListener('abort', leave)
      this.#take(workspaceId)
      resolve()
    }
    const leave = () => {
      this.#forget(workspaceId, enter)
      reject(signal?.reason)
    }
    const own = this.#waiting.get(workspaceId) ?? new Set()
    this.#waiting.set(workspaceId, own.add(enter))
    signal?.addEventListener('abort', leave, { once: true })
    return promise
  }

  #forget(workspaceId: string, enter: () => void): void {
    const own = this.#waiting.get(workspaceId)
    own?.delete(enter)
    if (own?.size === 0) this.#waiting.delete(workspaceId)
  }

  #release(workspaceId: string): void {
    const held = this.#heldBy(workspaceId) - 1
    if (held > 0) this.#held.set(workspaceId, held)
    else this.#held.delete(workspaceId)
    this.#free += 1
    this.#passTurn(workspaceId)
    this.#admit()
  }

  /** The other workspaces come before it, where they hold as many. */
  #passTurn(workspaceId: string): void {
    const own = this.#waiting.get(workspaceId)
    if (own && this.#waiting.delete(workspaceId)) this.#waiting.set(workspaceId, own)
  }

  #admit(): void {
    const eligible = [...this.#waiting.keys()].filter((id) => this.#mayHoldMore(id))
    const fewest = Math.min(...eligible.map((id) => this.#heldBy(id)))
    const next = eligible.find((id) => this.#heldBy(id) === fewest)
    if (next === undefined) return
    const [enter] = this.#waiting.get(next) ?? []
    if (!enter) return
    this.#forget(next, enter)
    this.#passTurn(next)
    enter()
  }
}

import { fairShare } from '../../model/fair-share.ts'

/** Scans without a workspace share one queue and may use every slot. */
const noWorkspace = ''

/**
 * Limits the number of concurrent scans and shares the slots fairly. A workspace holds at most its `fairShare`. A free slot goes to
 * the waiting workspace with the fewest slots, round-robin among equals, first come first served within a workspace.
 */
export class Semaphore {
  readonly #count: number
  readonly #held = new Map<string, number>()
  /** Waiting callers by workspace, in round-robin order. No set is empty. */
  readonly #waiting = new Map<string, Set<() => void>>()
  #free: number

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /** Resolves to a slot, which disposal releases. Rejects with the signal's reason on abort. */
  async acquire(signal?: AbortSignal, workspaceId = noWorkspace): Promise<Disposable> {
    signal?.throwIfAborted()
    if (this.#free > 0 && this.#mayHoldMore(workspaceId)) this.#take(workspaceId)
    else await this.#wait(workspaceId, signal)
    return { [Symbol.dispose]: () => this.#release(workspaceId) }
  }

  #mayHoldMore(workspaceId: string): boolean {
    const limit = workspaceId === noWorkspace ? this.#count : fairShare(this.#count)
    return this.#heldBy(workspaceId) < limit
  }

  #heldBy(workspaceId: string): number {
    return this.#held.get(workspaceId) ?? 0
  }

  #take(workspaceId: string): void {
    this.#free -= 1
    this.#held.set(workspaceId, this.#heldBy(workspaceId) + 1)
  }

  /** Takes the slot before it resolves, so that a later caller cannot take it. */
  #wait(workspaceId: string, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const enter = () => {
      signal?.removeEventListener('abort', leave)
      this.#take(workspaceId)
      resolve()
    }
    const leave = () => {
      this.#dequeue(workspaceId, enter)
      reject(signal?.reason)
    }
    const own = this.#waiting.get(workspaceId) ?? new Set()
    this.#waiting.set(workspaceId, own.add(enter))
    signal?.addEventListener('abort', leave, { once: true })
    return promise
  }

  #dequeue(workspaceId: string, enter: () => void): void {
    const own = this.#waiting.get(workspaceId)
    own?.delete(enter)
    if (own?.size === 0) this.#waiting.delete(workspaceId)
  }

  #release(workspaceId: string): void {
    const held = this.#heldBy(workspaceId) - 1
    if (held > 0) this.#held.set(workspaceId, held)
    else this.#held.delete(workspaceId)
    this.#free += 1
    this.#moveToBack(workspaceId)
    this.#admitNext()
  }

  /** Lets waiting workspaces with as many slots go first. */
  #moveToBack(workspaceId: string): void {
    const own = this.#waiting.get(workspaceId)
    if (own && this.#waiting.delete(workspaceId)) this.#waiting.set(workspaceId, own)
  }

  #admitNext(): void {
    const eligible = [...this.#waiting.keys()].filter((id) => this.#mayHoldMore(id))
    const fewest = Math.min(...eligible.map((id) => this.#heldBy(id)))
    const next = eligible.find((id) => this.#heldBy(id) === fewest)
    if (next === undefined) return
    const [enter] = this.#waiting.get(next) ?? []
    if (!enter) return
    this.#dequeue(next, enter)
    this.#moveToBack(next)
    enter()
  }
}

import { EventEmitter } from 'node:events'
import type { Database } from '../database/database.ts'

/** Emits the id of a workspace after a transaction of this process that appended to its trail. */
class TrailSignals {
  readonly emitter = new EventEmitter().setMaxListeners(0)
  readonly #appended = new Set<string>()

  /** Call it in the transaction. A transaction that is rolled back emits too. */
  append(workspaceId: string): void {
    // Emits when the transaction has ended, because it is one synchronous function.
    if (this.#appended.size === 0) queueMicrotask(() => this.#emit())
    this.#appended.add(workspaceId)
  }

  #emit(): void {
    for (const workspaceId of this.#appended) this.emitter.emit(workspaceId)
    this.#appended.clear()
  }
}

const signals = new WeakMap<Database, TrailSignals>()

export function trailSignals(database: Database): TrailSignals {
  const known = signals.get(database) ?? new TrailSignals()
  signals.set(database, known)
  return known
}

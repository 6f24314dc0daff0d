import { WorkspaceError } from '../model/errors.ts'
import type { FileId } from '../model/ids.ts'

/** Allows a retry after a minute, because a decoder may have run out of time under load. */
const lifetimeMs = 60_000
const maxEntries = 1000

/** Remembers files that could not be rendered, so that repeated requests start no decoder. The bytes of an id never change. */
export class Refusals {
  readonly #known = new Map<FileId, { error: WorkspaceError; until: number }>()

  throwIfKnown(id: FileId): void {
    const known = this.#known.get(id)
    if (known && performance.now() < known.until) throw known.error
  }

  /** Remembers only `unsupported-type`. Other errors can be temporary. */
  remember(id: FileId, error: unknown): void {
    if (!(error instanceof WorkspaceError) || error.code !== 'unsupported-type') return
    this.#known.delete(id)
    this.#known.set(id, { error, until: performance.now() + lifetimeMs })
    const [oldest] = this.#known.keys()
    if (this.#known.size > maxEntries && oldest !== undefined) this.#known.delete(oldest)
  }
}

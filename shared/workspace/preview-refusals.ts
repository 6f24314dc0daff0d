import { WorkspaceError } from '../model/errors.ts'
import type { FileId } from '../model/ids.ts'

/** A decoder may have been short of time: after so long it gets another try. */
const rememberedMs = 60_000
const mostRemembered = 1000

/** Of which files no picture could be made lately, so that asking again costs nothing. An id names bytes, for ever. */
export class Refusals {
  readonly #known = new Map<FileId, { error: WorkspaceError; until: number }>()

  throwIfKnown(id: FileId): void {
    const known = this.#known.get(id)
    if (known && performance.now() < known.until) throw known.error
  }

  /** A fault is not remembered: it may be over. */
  remember(id: FileId, error: unknown): void {
    if (!(error instanceof WorkspaceError) || error.code !== 'unsupported-type') return
    this.#known.delete(id)
    this.#known.set(id, { error, until: performance.now() + rememberedMs })
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest)
  }
}

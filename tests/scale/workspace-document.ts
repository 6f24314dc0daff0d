import type { Random } from './bursts.ts'

export interface DocumentLimits {
  /** Sustained writes of one document in a second. */
  writesPerSecond: number
  /** Changes that share one commit of an instance, at most. */
  maxGroup: number
  /** Instances that receive the requests of one workspace. */
  instances: number
}

interface Group {
  startsAt: number
  changes: number
}

/**
 * The document of one workspace, which each commit writes. Commits start in the order in which they were requested, at the
 * sustained rate. A commit takes the changes that arrive at its instance until it starts.
 */
export class WorkspaceDocument {
  commits = 0
  readonly #limits: DocumentLimits
  readonly #groups = new Map<number, Group>()
  #freeAt = 0

  constructor(limits: DocumentLimits) {
    this.#limits = limits
  }

  /** The time at which the commit of a change starts. */
  commitOf(at: number, random: Random): number {
    const { writesPerSecond, maxGroup, instances } = this.#limits
    const instance = Math.floor(random() * instances)
    const open = this.#groups.get(instance)
    if (open && open.startsAt > at && open.changes < maxGroup) {
      open.changes += 1
      return open.startsAt
    }
    const startsAt = Math.max(at, this.#freeAt)
    this.#freeAt = startsAt + 1 / writesPerSecond
    this.#groups.set(instance, { startsAt, changes: 1 })
    this.commits += 1
    return startsAt
  }
}

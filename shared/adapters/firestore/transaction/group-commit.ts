import { FirestoreError } from '../rest/firestore-error.ts'
import type { Attempt } from './attempt.ts'
import type { Change } from './change-group.ts'
import { Pace } from './pace.ts'
import { isTransient, type Work } from './transact.ts'

/**
 * A commit is limited to 10 MiB including index entries, of which a file with the longest possible name has about 90 KB. A change
 * writes two files at most, unless it purges or takes a step through a folder. If Firestore refuses a group that is too large, its
 * changes are committed one by one.
 */
const maxChanges = 50
const maxWaitMs = 30_000

type Outcomes = PromiseSettledResult<unknown>[]

interface Waiting {
  change: Change<unknown>
  since: number
  resolve: (value: unknown) => void
  reject: (reason: unknown) => void
}

export interface GroupCommitOptions {
  /** Runs a group in one attempt. */
  run: (workspaceId: string, attempt: Attempt, changes: Change<unknown>[]) => Promise<Outcomes>
  /** Commits the writes of an attempt, or attempts again. */
  transact: (work: Work<Outcomes>, pace: Pace) => Promise<Outcomes>
}

/**
 * Commits the changes of one workspace in groups: changes that wait for a commit share the next one, in the order of the calls.
 * All of them write the document of the workspace, which Firestore lets change about once a second
 * (docs/decisions/firestore-group-commit.md).
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #queues = new Map<string, Waiting[]>()

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** Rejects with the error that the change throws, or with an error of Firestore. */
  async run<Result>(workspaceId: string, change: Change<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const waiting = { change, since: performance.now(), resolve, reject }
    const queue = this.#queues.get(workspaceId)
    if (queue) queue.push(waiting)
    else void this.#commitAll(workspaceId, [waiting])
    return (await promise) as Result
  }

  async #commitAll(workspaceId: string, queue: Waiting[]): Promise<void> {
    this.#queues.set(workspaceId, queue)
    const pace = new Pace()
    while (queue.length > 0) {
      await pace.pause()
      await this.#commit(workspaceId, queue.splice(0, maxChanges), pace)
      rejectLate(queue)
    }
    this.#queues.delete(workspaceId)
  }

  async #commit(workspaceId: string, group: Waiting[], pace: Pace): Promise<void> {
    const changes = group.map(({ change }) => change)
    let mayBeCommitted = false
    const work = (attempt: Attempt) => {
      mayBeCommitted ||= isTransient(attempt.failure)
      return this.#options.run(workspaceId, attempt, changes)
    }
    try {
      const outcomes = await this.#options.transact(work, pace)
      for (const [index, outcome] of outcomes.entries()) settle(group[index], outcome)
    } catch (reason) {
      // One change can make Firestore refuse the commit of all.
      if (group.length > 1 && !mayBeCommitted && !isTransient(reason)) {
        for (const waiting of group) await this.#commit(workspaceId, [waiting], pace)
      } else for (const { reject } of group) reject(reason)
    }
  }
}

function settle(waiting: Waiting | undefined, outcome: PromiseSettledResult<unknown>): void {
  if (outcome.status === 'fulfilled') waiting?.resolve(outcome.value)
  else waiting?.reject(outcome.reason)
}

/** Rejects changes that have waited too long for the earlier groups. Limits the time of a request. */
function rejectLate(queue: Waiting[]): void {
  const late = queue.findLastIndex(({ since }) => performance.now() - since > maxWaitMs)
  for (const { reject } of queue.splice(0, late + 1)) {
    reject(new FirestoreError('ABORTED', 'Earlier changes of the workspace took half a minute'))
  }
}

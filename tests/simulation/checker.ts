import { isDeepStrictEqual } from 'node:util'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { FileRecord } from '../../shared/model/file.ts'
import type { TrailEvent } from '../../shared/model/trail/event.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Trail } from '../../shared/ports/trail.ts'
import { listedFiles, replayedFiles } from '../support/replayed-trail.ts'
import type { Rule } from './reference.ts'
import { countersOf, emptyWorkspace, ownerOf, recordLimits, type Reference } from './workspace.ts'
import { applyDelta, noCounters } from '../../shared/model/usage.ts'
import { viewOf, type View } from './view.ts'

/** A call that changes a workspace, with the answer of the real catalog. */
interface Mutation {
  method: string
  workspaceId: string
  rule: Rule
  answer: unknown
}

/** I2: only these methods may leave a path without an owner. */
const mayFreePaths = new Set(['remove', 'removeSession', 'purge', 'update', 'applyRescan'])

/**
 * Compares the real catalog with the reference: the answer of each call, the stored files, the counters and the quota.
 * Concurrent calls may match in any order.
 *
 * Messages name the violated invariant:
 * I1 a file serves exactly its uploaded bytes, and only if they are clean. I2 an upload leaves no path without an owner.
 * I4 a file's checksum never changes. I5 the counters equal the files, and usage stays within the limits.
 * I6 sweeps complete interrupted work and remove no needed blob. I7 a foreign file is not found.
 * I8 a failing scanner gives no verdict. I9 the trail has no gap and tells
 * the files.
 */
export class Checker {
  readonly #violations: string[] = []
  readonly #references = new Map<string, Reference>()
  readonly #checksums = new Map<string, string>()
  readonly #events = new Map<string, TrailEvent[]>()
  readonly #quotaBytes: number
  readonly #now: () => Date
  readonly #batch: Mutation[] = []

  constructor({ quotaBytes, now }: { quotaBytes: number; now: () => Date }) {
    this.#quotaBytes = quotaBytes
    this.#now = now
  }

  workspace(workspaceId: string): Reference {
    return this.#references.get(workspaceId) ?? emptyWorkspace(this.#quotaBytes)
  }

  /** Awaits a call and keeps its answer for `check`. */
  async observe<Result>(
    mutation: Omit<Mutation, 'answer'>,
    call: Promise<Result>,
  ): Promise<Result> {
    return call.then(
      (result) => {
        this.#batch.push({ ...mutation, answer: comparable(result) })
        return result
      },
      (error: unknown) => {
        if (error instanceof WorkspaceError) {
          this.#batch.push({ ...mutation, answer: { refused: error.code } })
        }
        throw error
      },
    )
  }

  /** Throws a finding and keeps it for `check`, because the operation may catch the error. */
  fail(finding: string): never {
    this.#violations.push(finding)
    throw new Error(finding)
  }

  /** Throws if no order of the calls since the last check matches the rules. */
  async check(catalog: FullCatalog & { trail: Trail }): Promise<void> {
    const [violation] = this.#violations
    if (violation !== undefined) throw new Error(violation)
    const batch = this.#batch.splice(0)
    for (const [workspaceId, mutations] of Map.groupBy(batch, (mutation) => mutation.workspaceId)) {
      const before = this.workspace(workspaceId)
      const after = this.#replay(before, mutations)
      assertTransition(before, after, mutations)
      this.#references.set(workspaceId, after)
      await this.#compare(catalog, workspaceId, after)
      await this.#followTrail(catalog.trail, workspaceId, after)
    }
  }

  #replay(before: Reference, mutations: Mutation[]): Reference {
    const now = this.#now().toISOString()
    const mismatches: string[] = []
    for (const order of ordersOf(mutations)) {
      let after = before
      const hasMismatch = order.some((mutation) => {
        const change = mutation.rule(after, now)
        const expected = comparable(change.answer)
        after = change.after
        if (isDeepStrictEqual(expected, mutation.answer)) return false
        mismatches.push(
          `${mutation.method}: found ${text(mutation.answer)}, expected ${text(expected)}`,
        )
        return true
      })
      if (!hasMismatch) return after
    }
    throw new Error(`${mismatches.join('; or ')}; before the calls: ${text(before)}`)
  }

  /** Compares the stored files and counters with the reference, and each checksum with its first value (I4). */
  async #compare(catalog: FullCatalog, workspaceId: string, expected: Reference): Promise<void> {
    const query = { workspaceId, sort: 'created', descending: false, limit: 1000 } as const
    const live = await catalog.list({ ...query, deleted: false })
    const trash = await catalog.list({ ...query, deleted: true })
    const files = [...live.files, ...trash.files].map(viewOf)
    assertEqual('files', files.sort(bySequence), expected.files.toSorted(bySequence))
    const counters = applyDelta(noCounters, await catalog.usage(workspaceId))
    assertEqual('I5: counters', counters, countersOf(expected))
    for (const { id, checksum } of files) {
      if (checksum === null) continue
      assertEqual(`I4: checksum of ${id}`, checksum, this.#checksums.get(id) ?? checksum)
      this.#checksums.set(id, checksum)
    }
  }

  async #followTrail(trail: Trail, workspaceId: string, { files }: Reference): Promise<void> {
    const events = this.#events.get(workspaceId) ?? []
    this.#events.set(workspaceId, events)
    for (let latest = Infinity; events.length < latest;) {
      const page = await trail.page(workspaceId, { after: events.length, limit: 1000 })
      events.push(...page.events)
      ;({ latest } = page)
    }
    const listed = files.map((file) => ({ ...file, isDeleted: file.deletedAt !== null }))
    assertEqual('I9: trail', replayedFiles(events), listedFiles(listed))
  }
}

function bySequence(a: View, b: View): number {
  return a.sequence - b.sequence
}

/** I2: only some methods may free a path. I5: usage above a lowered quota does not grow. */
function assertTransition(before: Reference, after: Reference, mutations: Mutation[]): void {
  const methods = mutations.map(({ method }) => method)
  if (!methods.some((method) => mayFreePaths.has(method))) {
    for (const { path } of before.files.filter(({ path }) => ownerOf(before, path))) {
      if (!ownerOf(after, path)) throw new Error(`I2: ${path} has no owner after ${methods.join()}`)
    }
  }
  if (held(after) > Math.max(after.quotaBytes, held(before))) {
    throw new Error(`I5: ${held(after)} bytes are held after ${methods.join()}: ${text(after)}`)
  }
  const records = recordsOutsideTrash(after)
  if (records > recordLimits.maxRecords) {
    throw new Error(`I5: ${records} records are held after ${methods.join()}: ${text(after)}`)
  }
  const [was, is] = [countersOf(before).trashBytes, countersOf(after).trashBytes]
  // After these methods, a later call trims the trash.
  const trims = !['removeSession', 'update', 'restore'].some((method) => methods.includes(method))
  if (is > Math.max(after.quotaBytes, was) && trims) {
    throw new Error(`I5: the trash holds ${is} bytes after ${methods.join()}: ${text(after)}`)
  }
}

function recordsOutsideTrash(workspace: Reference): number {
  const { recordCount, trashCount } = countersOf(workspace)
  return recordCount - trashCount
}

function held(workspace: Reference): number {
  const { liveBytes, reservedBytes } = countersOf(workspace)
  return liveBytes + reservedBytes
}

export function assertEqual(label: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`${label}: found ${text(found)}, expected ${text(expected)}`)
}

/** Replaces records by views at any depth, and undefined by null. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, part: unknown) => (isRecord(part) ? viewOf(part) : part)),
  )
}

function isRecord(value: unknown): value is FileRecord {
  return typeof value === 'object' && value !== null && 'storagePath' in value && 'scan' in value
}

function ordersOf<Item>(items: Item[]): Item[][] {
  if (items.length <= 1) return [items]
  return items.flatMap((item, index) =>
    ordersOf(items.toSpliced(index, 1)).map((rest) => rest.toSpliced(0, 0, item)),
  )
}

function text(value: unknown): string {
  return JSON.stringify(value)
}

import { isDeepStrictEqual } from 'node:util'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { FileRecord } from '../../shared/model/file.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Rule } from './reference.ts'
import { countersOf, emptyWorkspace, ownerOf, recordLimits, type Reference } from './workspace.ts'
import { applyDelta, noCounters } from '../../shared/model/usage.ts'
import { viewOf, type View } from './view.ts'

/** One call that changes a workspace, and what the real catalog made of it. */
interface Deed {
  method: string
  workspaceId: string
  rule: Rule
  answer: unknown
}

/** These may take a path's owner away; nothing else may (I2). */
const takingAway = new Set(['remove', 'removeSession', 'purge', 'update', 'applyRescan'])

/**
 * Holds the real catalog against the reference: what each call answered, what is stored after it, and that the counters
 * and the quota stand at every moment. Calls that overlapped may have happened in either order.
 */
export class Judge {
  /** Calls that changed something, or were refused. */
  deeds = 0
  readonly #accusations: string[] = []
  readonly #references = new Map<string, Reference>()
  readonly #checksums = new Map<string, string>()
  readonly #quotaBytes: number
  readonly #now: () => Date
  readonly #batch: Deed[] = []

  constructor({ quotaBytes, now }: { quotaBytes: number; now: () => Date }) {
    this.#quotaBytes = quotaBytes
    this.#now = now
  }

  workspace(workspaceId: string): Reference {
    return this.#references.get(workspaceId) ?? emptyWorkspace(this.#quotaBytes)
  }

  /** Makes a call and keeps it for `judge`. */
  async watch<Result>(deed: Omit<Deed, 'answer'>, call: Promise<Result>): Promise<Result> {
    return call.then(
      (result) => {
        this.#batch.push({ ...deed, answer: comparable(result) })
        return result
      },
      (error: unknown) => {
        if (error instanceof WorkspaceError) {
          this.#batch.push({ ...deed, answer: { refused: error.code } })
        }
        throw error
      },
    )
  }

  /** Keeps a finding that the operation itself might catch and pass over. */
  accuse(finding: string): never {
    this.#accusations.push(finding)
    throw new Error(finding)
  }

  /** Throws where the calls since the last time cannot be explained by the rules, in any order. */
  async judge(catalog: FullCatalog): Promise<void> {
    const [accusation] = this.#accusations
    if (accusation !== undefined) throw new Error(accusation)
    const batch = this.#batch.splice(0)
    this.deeds += batch.length
    for (const [workspaceId, deeds] of Map.groupBy(batch, (deed) => deed.workspaceId)) {
      const before = this.workspace(workspaceId)
      const after = this.#explained(before, deeds)
      assertKept(before, after, deeds)
      this.#references.set(workspaceId, after)
      await this.#compare(catalog, workspaceId, after)
    }
  }

  #explained(before: Reference, deeds: Deed[]): Reference {
    const now = this.#now().toISOString()
    const wrong: string[] = []
    for (const order of ordersOf(deeds)) {
      let after = before
      const mismatch = order.find((deed) => {
        const change = deed.rule(after, now)
        const expected = comparable(change.answer)
        after = change.after
        if (isDeepStrictEqual(expected, deed.answer)) return false
        wrong.push(`${deed.method} answered ${text(deed.answer)}, not ${text(expected)}`)
        return true
      })
      if (!mismatch) return after
    }
    throw new Error(`${wrong.join('; or ')}, in ${text(before)}`)
  }

  /** Whether what is stored is what the reference has, and the counters what it adds up to. */
  async #compare(catalog: FullCatalog, workspaceId: string, expected: Reference): Promise<void> {
    const query = { workspaceId, sort: 'created', descending: false, limit: 1000 } as const
    const live = await catalog.list({ ...query, deleted: false })
    const trash = await catalog.list({ ...query, deleted: true })
    const files = [...live.files, ...trash.files].map(viewOf)
    assertEqual('The files are', files.sort(bySequence), expected.files.toSorted(bySequence))
    const counters = applyDelta(noCounters, await catalog.usage(workspaceId))
    assertEqual('I5: the counters are', counters, countersOf(expected))
    for (const { id, checksum } of files) {
      if (checksum === null) continue
      assertEqual(`I4: the checksum of ${id} is`, checksum, this.#checksums.get(id) ?? checksum)
      this.#checksums.set(id, checksum)
    }
  }
}

function bySequence(a: View, b: View): number {
  return a.sequence - b.sequence
}

/** I2: no path loses its owner by an upload. I5: what is over the quota, because that was lowered, does not grow. */
function assertKept(before: Reference, after: Reference, deeds: Deed[]): void {
  const methods = deeds.map(({ method }) => method)
  if (!methods.some((method) => takingAway.has(method))) {
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
  // The trash of a session's files is trimmed by the steps that follow.
  if (is > Math.max(after.quotaBytes, was) && !methods.includes('removeSession')) {
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

export function assertEqual(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`${what} ${text(found)}, not ${text(expected)}`)
}

/** Records as views, in whatever an operation answers; nothing as null. */
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

import type { FileRecord } from '../../../model/file.ts'
import type { FolderOperation } from '../../../model/folders/operation.ts'
import type { FileId } from '../../../model/ids.ts'
import type { Refusal } from '../../../model/settlement.ts'
import { entryOf, type FileChange } from '../../../model/trail/entry-of.ts'
import type { TrailEntry } from '../../../model/trail/event.ts'
import { type Counters, applyDelta, countersOf, noCounters } from '../../../model/usage.ts'
import { Claims } from '../claims.ts'
import { fileFields, filesOf, metadataFields, refusalOf } from '../documents.ts'
import { operationFields, operationOf } from '../folders/operations.ts'
import type { DocumentReference } from '../rest/reference.ts'
import { deleteField, Increment } from '../rest/write-batch.ts'
import { appendEvents } from '../trail/append.ts'
import type { Attempt } from './attempt.ts'

const refusalKeptMs = 2 * 60 * 60 * 1000

export interface FlushFacts {
  now: Date
  eventRetentionDays: number
}

/** A file that changed, and the fields of its document to write. */
export interface DraftFile {
  /** The stored record. Undefined if the file is new. */
  before: FileRecord | undefined
  /** Undefined deletes the document. */
  after: FileRecord | undefined
  fields: object
}

/** The writes of one attempt at a group of changes, before they are passed to the attempt. Each document is written once. */
export class Draft {
  readonly claims: Claims
  readonly files: Map<FileId, DraftFile>
  readonly refusals: Map<FileId, Refusal>
  readonly operations: Map<string, FolderOperation>
  readonly events: TrailEntry[]
  growth: Counters
  quota: { quotaBytes: number | null } | undefined
  lastSequence: number | undefined

  constructor(from?: Draft) {
    this.claims = new Claims(from?.claims)
    this.files = new Map(from?.files)
    this.refusals = new Map(from?.refusals)
    this.operations = new Map(from?.operations)
    this.events = [...(from?.events ?? [])]
    this.growth = from?.growth ?? noCounters
    this.quota = from?.quota
    this.lastSequence = from?.lastSequence
  }

  /** Updates the counters, the claims on paths and the trail. The fields add to those of earlier changes of the file. */
  change(change: FileChange, { now, fields = {} }: { now: Date; fields?: object }): void {
    const { before, after } = change
    const event = entryOf(change, now)
    if (event) this.events.push(event)
    this.claims.move(before, after)
    this.growth = applyDelta(applyDelta(this.growth, countersOf(before), -1), countersOf(after))
    const id = (after ?? before)?.id
    if (id === undefined) return
    const earlier = this.files.get(id)
    const stored = earlier ? earlier.before : before
    // Nothing of a file that the same group adds and removes is stored.
    if (!stored && !after) this.files.delete(id)
    else this.files.set(id, { before: stored, after, fields: { ...earlier?.fields, ...fields } })
  }

  /** Passes all writes to the attempt. Marks the workspace, or else the first file or operation. */
  async flush(attempt: Attempt, workspace: DocumentReference, facts: FlushFacts): Promise<void> {
    const fields = this.#workspaceFields()
    if (fields) {
      const stored = await attempt.get(workspace)
      const trail = appendEvents(attempt, { ref: workspace, stored }, this.events, facts)
      attempt.write(workspace, { ...fields, ...trail, ...attempt.markOn(workspace) })
    }
    for (const [id, file] of this.files) this.#writeFile(attempt, filesOf(workspace).doc(id), file)
    for (const operation of this.operations.values()) {
      writeOperation(attempt, operationOf(workspace, operation.id), operation)
    }
    this.claims.flush(attempt, workspace)
    const expiresAt = new Date(facts.now.getTime() + refusalKeptMs)
    for (const [id, refusal] of this.refusals) {
      attempt.write(refusalOf(workspace, id), { ...refusal, expiresAt })
    }
  }

  #workspaceFields(): object | undefined {
    const counters = Object.entries(this.growth)
      .filter(([, by]) => by !== 0)
      .map(([name, by]) => [name, new Increment(by)])
    const sequence = this.lastSequence && { lastSequence: this.lastSequence }
    // A removal has an event, so that the workspace is marked. Otherwise a retry could not detect that an earlier attempt removed
    // the file.
    const isChanged = counters.length > 0 || this.events.length > 0
    if (!isChanged && !sequence && !this.quota) return undefined
    return { ...Object.fromEntries(counters), ...sequence, ...this.quota }
  }

  #writeFile(attempt: Attempt, ref: DocumentReference, { before, after, fields }: DraftFile): void {
    if (!after) return attempt.delete(ref)
    const mark = attempt.markedDocument ? {} : attempt.markOn(ref)
    if (before) return attempt.write(ref, { ...fields, ...mark })
    // `create` fails if the id of the new file is in use.
    return attempt.create(ref, { ...fields, ...this.#claimsCopy(after), ...mark })
  }

  /**
   * If a new file is the only pending one of its path, its document has a copy of the claims, so that its settlement need not
   * read them (`openKnown`). This commit writes both, so the creation of the file is the version of the claims.
   */
  #claimsCopy(file: FileRecord): object {
    if (file.state !== 'pending') return {}
    const claims = this.claims.fields(file.path)
    return claims.pending.length === 1 ? { claims } : {}
  }
}

function writeOperation(
  attempt: Attempt,
  ref: DocumentReference,
  operation: FolderOperation,
): void {
  const mark = attempt.markedDocument ? {} : attempt.markOn(ref)
  const fields = { ...operationFields(operation), ...mark }
  // An operation that was not read is new. `create` fails if its id is in use.
  if (attempt.hasSeen(ref)) attempt.write(ref, fields)
  else attempt.create(ref, fields)
}

/** The fields of a changed file. Omits metadata that is the same object in both records. */
export function changedFields(before: FileRecord, after: FileRecord): object {
  const isSettled = before.state === 'pending' && after.state !== 'pending'
  return {
    ...fileFields(after),
    ...(before.metadata !== after.metadata && metadataFields(after)),
    ...(isSettled && { claims: deleteField }),
  }
}

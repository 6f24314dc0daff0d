import type { FileRecord, PendingFile } from '../../../model/file.ts'
import type { FolderOperation } from '../../../model/folders/operation.ts'
import { comparePositions, type PathPosition } from '../../../model/folders/summaries.ts'
import type { FileId, SessionId, WorkspacePath } from '../../../model/ids.ts'
import { pathBounds } from '../../../model/path-bounds.ts'
import type { Refusal } from '../../../model/settlement.ts'
import { type Allowance, type Usage, applyDelta } from '../../../model/usage.ts'
import { claimsOf, type PathClaims } from '../claims.ts'
import * as documents from '../documents.ts'
import { decodeOperation, operationOf, runningOf } from '../folders/operations.ts'
import { namedKeyOf, namedRange, scopeTerm, trashKeyOf } from '../keys.ts'
import type { Query } from '../rest/query.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import { grpcStatus } from '../status.ts'
import type { Attempt } from './attempt.ts'
import { changedFields, Draft, type FlushFacts } from './draft.ts'

/** A pending file and the snapshot that it was decoded from. */
export interface KnownFile {
  file: PendingFile
  snapshot: DocumentSnapshot
}

export interface WorkspaceOptions extends FlushFacts {
  allowance: Allowance
}

/**
 * One attempt at a group of changes of one workspace. Each change reads what the earlier ones of the group have written.
 * `add`, `replace` and `remove` change files, and update the counters and the claims on paths. `flush` writes each changed
 * document once.
 */
export class WorkspaceTransaction {
  readonly now: Date
  readonly #attempt: Attempt
  readonly #workspace: DocumentReference
  readonly #allowance: Allowance
  readonly #facts: FlushFacts
  #draft = new Draft()
  #usage: Usage | undefined
  #lastSequence = 0

  constructor(
    attempt: Attempt,
    workspace: DocumentReference,
    { allowance, ...facts }: WorkspaceOptions,
  ) {
    this.#attempt = attempt
    this.#workspace = workspace
    this.#allowance = allowance
    this.now = facts.now
    this.#facts = facts
  }

  /** Runs one change. If it throws, undoes what it has written. */
  async run<Result>(change: () => Promise<Result>): Promise<Result> {
    const before = new Draft(this.#draft)
    try {
      return await change()
    } catch (error) {
      this.#draft = before
      throw error
    }
  }

  /** Reads the workspace and the claims of a path in one request. */
  async openPath(path: WorkspacePath): Promise<PathClaims> {
    await this.#open(claimsOf(this.#workspace, path))
    return this.readClaims(path)
  }

  /** Reads the workspace and a file in one request. */
  async openFile(id: FileId): Promise<FileRecord | undefined> {
    await this.#open(this.#fileRef(id))
    return this.readFile(id)
  }

  /**
   * Reads the workspace, and uses a file as it was read before, with the claims of its path as its reservation wrote them
   * (`Draft`). Saves two reads. The commit fails if the file or the claims have changed since. Documents that this attempt has
   * read already are used as they were read.
   */
  async openKnown({ file, snapshot }: KnownFile): Promise<FileRecord | undefined> {
    await this.open()
    const fileRef = this.#fileRef(file.id)
    if (this.#attempt.hasSeen(fileRef)) return this.readFile(file.id)
    this.#attempt.assume(fileRef, snapshot.updateTime)
    const claims = snapshot.get('claims') as Record<string, unknown> | undefined
    const claimsRef = claimsOf(this.#workspace, file.path)
    if (claims && !this.#attempt.hasSeen(claimsRef)) {
      this.#attempt.assume(claimsRef, snapshot.createTime)
      this.#draft.claims.keep(file.path, claims)
    }
    return file
  }

  /** Reads the workspace. */
  async open(): Promise<void> {
    const workspace = await this.#attempt.get(this.#workspace)
    this.#usage = documents.decodeUsage(workspace, this.#allowance)
    this.#lastSequence = Number(workspace.get('lastSequence') ?? 0)
  }

  /** Reads the claims of several paths in one request. */
  async readAllClaims(paths: WorkspacePath[]): Promise<void> {
    const unknown = [...new Set(paths)].filter((path) => !this.#draft.claims.get(path))
    await this.#attempt.getAll(...unknown.map((path) => claimsOf(this.#workspace, path)))
    for (const path of unknown) await this.readClaims(path)
  }

  /** The first files of a session, in the order of their reservation. */
  async readSession(
    sessionId: SessionId,
    { deleted, limit }: { deleted: boolean; limit: number },
  ): Promise<FileRecord[]> {
    if (limit === 0) return []
    const session = documents
      .filesOf(this.#workspace)
      .where('terms', 'array-contains', scopeTerm({ deleted, sessionId }))
      .orderBy('sequence')
      .orderBy('path')
    const isMatch = (file: FileRecord) => file.sessionId === sessionId && file.isDeleted === deleted
    const files = await this.#queryWithChanges(session, limit, isMatch)
    return files.toSorted((a, b) => a.sequence - b.sequence).slice(0, limit)
  }

  /** The next files of a folder, in the order of paths. */
  async readFolder(
    folder: string,
    query: { deleted: boolean; after: PathPosition | undefined; limit: number },
  ): Promise<FileRecord[]> {
    const { deleted, after, limit } = query
    const { low, high } = pathBounds({ prefix: folder })
    const all = documents
      .filesOf(this.#workspace)
      .where('terms', 'array-contains', scopeTerm({ deleted }))
      .where('path', '>=', low)
      .where('path', '<', high)
      .orderBy('path')
      .orderBy('sequence')
    const rest = after ? all.startAfter(after.path, after.sequence) : all
    const isMatch = (file: FileRecord) =>
      file.isDeleted === deleted &&
      file.path.startsWith(folder) &&
      (!after || comparePositions(file, after) > 0)
    const files = await this.#queryWithChanges(rest, limit, isMatch)
    return files.toSorted(comparePositions).slice(0, limit)
  }

  /** The files that the paths name (`Catalog.getByPath`). One read for each path. */
  async readNamed(paths: WorkspacePath[]): Promise<FileRecord[]> {
    const named = [...new Set(paths)].map(async (path) => {
      const [from, to] = namedRange(path)
      const ofPath = documents.filesOf(this.#workspace).where('named', '>=', from)
      const ranked = ofPath.where('named', '<', to).orderBy('named', 'desc')
      const isMatch = (file: FileRecord) => nameKeyOf(file).startsWith(from)
      const files = await this.#queryWithChanges(ranked, 1, isMatch)
      return files.toSorted((a, b) => (nameKeyOf(a) > nameKeyOf(b) ? -1 : 1)).slice(0, 1)
    })
    return (await Promise.all(named)).flat()
  }

  async readOperation(id: string): Promise<FolderOperation | undefined> {
    const changed = this.#draft.operations.get(id)
    return changed ?? decodeOperation(await this.#attempt.get(operationOf(this.#workspace, id)))
  }

  /** At most `limit` of the running operations, or more if this transaction has changed some. */
  async countRunning(limit: number): Promise<number> {
    const { operations } = this.#draft
    const query = runningOf(this.#workspace).limit(limit + operations.size)
    const docs = await this.#attempt.query(query.select())
    const unchanged = docs.filter(({ id }) => !operations.has(id)).length
    return unchanged + [...operations.values()].filter(({ state }) => state === 'running').length
  }

  writeOperation(operation: FolderOperation): void {
    this.#draft.operations.set(operation.id, operation)
  }

  async readFile(id: FileId): Promise<FileRecord | undefined> {
    const changed = this.#draft.files.get(id)
    return changed
      ? changed.after
      : documents.decodeFile(await this.#attempt.get(this.#fileRef(id)))
  }

  async readClaims(path: WorkspacePath): Promise<PathClaims> {
    const known = this.#draft.claims.get(path)
    if (known) return known
    const snapshot = await this.#attempt.get(claimsOf(this.#workspace, path))
    return this.#draft.claims.keep(path, snapshot.data())
  }

  /** The oldest files in the trash after a key. */
  async readTrash(limit: number, after: string): Promise<FileRecord[]> {
    const trash = documents.filesOf(this.#workspace).where('trash', '>', after).orderBy('trash')
    const files = await this.#queryWithChanges(trash, limit, (file) => keyOf(file) > after)
    return files.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, limit)
  }

  /** The counters, including the changes of this transaction. The workspace must have been read. */
  get usage(): Usage {
    if (!this.#usage) throw new Error('Read the workspace before its counters.')
    const { growth, quota } = this.#draft
    const quotaBytes = quota && { quotaBytes: quota.quotaBytes ?? this.#allowance.quotaBytes }
    return { ...this.#usage, ...quotaBytes, ...applyDelta(this.#usage, growth) }
  }

  /** The sequence of the file that was reserved last. The workspace must have been read. */
  get lastSequence(): number {
    return this.#draft.lastSequence ?? this.#lastSequence
  }

  nextSequence(): number {
    this.#draft.lastSequence = this.lastSequence + 1
    return this.#draft.lastSequence
  }

  /** Adds a pending file. Throws if the same group has added a file with its id. */
  add(file: PendingFile): void {
    if (this.#draft.files.has(file.id)) throw idTaken(file.id)
    const fields = { ...documents.fileFields(file), ...documents.metadataFields(file) }
    this.#draft.change({ after: file }, { now: this.now, fields })
  }

  /** Does not write metadata that is the same object in both records, because an owner from the claims has no metadata. */
  replace(before: FileRecord, after: FileRecord, refusal?: Refusal): void {
    const fields = changedFields(before, after)
    this.#draft.change({ before, after, refusal }, { now: this.now, fields })
    if (refusal) this.#draft.refusals.set(before.id, refusal)
  }

  /** Moves the owner of a path into the trash. Reads its metadata, because the claims lack it and it counts as trash. */
  async displace(owner: FileRecord, displaced: FileRecord): Promise<void> {
    const { metadata } = (await this.readFile(owner.id)) ?? owner
    this.replace({ ...owner, metadata }, { ...displaced, metadata })
  }

  /** Deletes a record. A pending file leaves a refusal. */
  remove(file: FileRecord, refusal?: Refusal): void {
    this.#draft.change({ before: file, refusal }, { now: this.now })
    if (refusal) this.#draft.refusals.set(file.id, refusal)
  }

  setQuota(quotaBytes: number | null): void {
    this.#draft.quota = { quotaBytes }
  }

  /** Passes all writes to the attempt. */
  async flush(): Promise<void> {
    await this.#draft.flush(this.#attempt, this.#workspace, this.#facts)
  }

  async #open(other: DocumentReference): Promise<void> {
    await this.#attempt.getAll(this.#workspace, other)
    await this.open()
  }

  /** At least the first `limit` files that match, in the order of the query, followed by files that this transaction changed. */
  async #queryWithChanges(
    query: Query,
    limit: number,
    isMatch: (file: FileRecord) => boolean,
  ): Promise<FileRecord[]> {
    const { files } = this.#draft
    const hidden = [...files.values()].filter(({ before }) => before && isMatch(before)).length
    const docs = await this.#attempt.query(query.limit(limit + hidden))
    const stored = docs.flatMap((snapshot) => documents.decodeFile(snapshot) ?? [])
    const unchanged = stored.filter(({ id }) => !files.has(id))
    const changed = [...files.values()].flatMap(({ after }) =>
      after && isMatch(after) ? after : [],
    )
    return [...unchanged, ...changed]
  }

  #fileRef(id: FileId): DocumentReference {
    return documents.filesOf(this.#workspace).doc(id)
  }
}

function nameKeyOf(file: FileRecord): string {
  return namedKeyOf(file) ?? ''
}

function keyOf(file: FileRecord): string {
  return trashKeyOf(file) ?? ''
}

/** The id of a new file is in use. */
export function idTaken(id: FileId): Error {
  return Object.assign(new Error(`There is a file with the id ${id}`), {
    code: grpcStatus.ALREADY_EXISTS,
  })
}

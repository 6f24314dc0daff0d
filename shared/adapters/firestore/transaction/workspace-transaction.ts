import type { FileRecord, PendingFile } from '../../../model/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../../model/ids.ts'
import type { RefusalCode } from '../../../model/settlement.ts'
import {
  type Allowance,
  type Counters,
  type Usage,
  applyDelta,
  countersOf,
  noCounters,
} from '../../../model/usage.ts'
import type { Attempt } from './attempt.ts'
import { Claims, claimsOf, type PathClaims } from '../claims.ts'
import * as documents from '../documents.ts'
import { scopeTerm } from '../keys.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import { deleteField, Increment } from '../rest/write-batch.ts'

const refusalKeptMs = 2 * 60 * 60 * 1000

/** A pending file and the snapshot that it was decoded from. */
export interface KnownFile {
  file: PendingFile
  snapshot: DocumentSnapshot
}

interface WorkspaceOptions {
  allowance: Allowance
  now: Date
}

/**
 * The changes of one attempt to one workspace. `add`, `replace` and `remove` change files, and update the counters and the
 * claims on paths. `flush` writes each changed document once.
 */
export class WorkspaceTransaction {
  readonly now: Date
  readonly #attempt: Attempt
  readonly #workspace: DocumentReference
  readonly #options: WorkspaceOptions
  readonly #claims = new Claims()
  readonly #files = new Map<FileId, object | undefined>()
  readonly #refusals = new Map<FileId, RefusalCode>()
  #quota: { quotaBytes: number | null } | undefined
  #grown: Counters = noCounters
  #usage: Usage | undefined
  #lastSequence = 0
  #takenSequence: number | undefined

  constructor(attempt: Attempt, workspace: DocumentReference, options: WorkspaceOptions) {
    this.#attempt = attempt
    this.#workspace = workspace
    this.#options = options
    this.now = options.now
  }

  /** Reads the workspace and the claims of a path in one request. */
  async openPath(path: WorkspacePath): Promise<PathClaims> {
    return this.#claims.keep(path, (await this.#open(claimsOf(this.#workspace, path))).data())
  }

  /** Reads the workspace and a file in one request. */
  async openFile(id: FileId): Promise<FileRecord | undefined> {
    return documents.decodeFile(await this.#open(this.#fileRef(id)))
  }

  /**
   * Reads the workspace, and uses a file as it was read before, with the claims of its path as its reservation wrote them
   * (`add`). Saves two reads. The commit fails if the file or the claims have changed since.
   */
  async openKnown({ file, snapshot }: KnownFile): Promise<FileRecord> {
    await this.open()
    this.#attempt.assume(this.#fileRef(file.id), snapshot.updateTime)
    const claims = snapshot.get('claims') as Record<string, unknown> | undefined
    if (claims) {
      this.#attempt.assume(claimsOf(this.#workspace, file.path), snapshot.createTime)
      this.#claims.keep(file.path, claims)
    }
    return file
  }

  /** Reads the workspace. */
  async open(): Promise<void> {
    this.#keep(await this.#attempt.get(this.#workspace))
  }

  /** Reads the claims of several paths in one request. */
  async readAllClaims(paths: WorkspacePath[]): Promise<void> {
    const unknown = [...new Set(paths)].filter((path) => !this.#claims.get(path))
    if (unknown.length === 0) return
    const refs = unknown.map((path) => claimsOf(this.#workspace, path))
    const snapshots = await this.#attempt.getAll(...refs)
    for (const [index, path] of unknown.entries()) {
      const snapshot = snapshots[index]
      if (snapshot) this.#claims.keep(path, snapshot.data())
    }
  }

  /** The first files of a session, in the order of their reservation, without the changes of this transaction. */
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
    const docs = await this.#attempt.query(session.limit(limit))
    return docs.flatMap((snapshot) => documents.decodeFile(snapshot) ?? [])
  }

  async readFile(id: FileId): Promise<FileRecord | undefined> {
    return documents.decodeFile(await this.#attempt.get(this.#fileRef(id)))
  }

  async readClaims(path: WorkspacePath): Promise<PathClaims> {
    const known = this.#claims.get(path)
    if (known) return known
    const snapshot = await this.#attempt.get(claimsOf(this.#workspace, path))
    return this.#claims.keep(path, snapshot.data())
  }

  /** The oldest files in the trash after a key, without the changes of this transaction. */
  async readTrash(limit: number, after: string): Promise<FileRecord[]> {
    const trash = documents.filesOf(this.#workspace).where('trash', '>', after).orderBy('trash')
    const docs = await this.#attempt.query(trash.limit(limit))
    return docs.flatMap((snapshot) => documents.decodeFile(snapshot) ?? [])
  }

  /** The counters, including the changes of this transaction. The workspace must have been read. */
  get usage(): Usage {
    if (!this.#usage) throw new Error('Read the workspace before its counters.')
    return { ...this.#usage, ...applyDelta(this.#usage, this.#grown) }
  }

  nextSequence(): number {
    this.#takenSequence = this.#lastSequence + 1
    return this.#takenSequence
  }

  /**
   * Adds a pending file. If it is the only one of its path, its document has a copy of the claims, so that its settlement need
   * not read them (`openKnown`): this commit writes both, so the creation of the file is the version of the claims.
   */
  add(file: PendingFile): void {
    this.#change(undefined, file)
    const claims = this.#claims.fields(file.path)
    this.#files.set(file.id, {
      ...documents.fileFields(file),
      ...documents.metadataFields(file),
      ...(claims.pending.length === 1 && { claims }),
    })
  }

  /** Does not write metadata that is the same object in both records, because an owner from the claims has no metadata. */
  replace(before: FileRecord, after: FileRecord): void {
    this.#change(before, after)
    const metadata = before.metadata === after.metadata ? {} : documents.metadataFields(after)
    const isSettled = before.state === 'pending' && after.state !== 'pending'
    const claims = isSettled ? { claims: deleteField } : {}
    this.#files.set(after.id, { ...documents.fileFields(after), ...metadata, ...claims })
  }

  /** Moves the owner of a path into the trash. Reads its metadata, because the claims lack it and it counts as trash. */
  async displace(owner: FileRecord, displaced: FileRecord): Promise<void> {
    const { metadata } = (await this.readFile(owner.id)) ?? owner
    this.replace({ ...owner, metadata }, { ...displaced, metadata })
  }

  remove(file: FileRecord): void {
    this.#change(file, undefined)
    this.#files.set(file.id, undefined)
  }

  refuse(id: FileId, code: RefusalCode): void {
    this.#refusals.set(id, code)
  }

  setQuota(quotaBytes: number | null): void {
    this.#quota = { quotaBytes }
  }

  /** Passes all writes to the attempt. Marks the workspace, or the file if only a file is written. */
  async flush(): Promise<void> {
    const workspace = this.#workspaceFields()
    if (workspace) await this.#writeWorkspace(workspace)
    for (const [id, fields] of this.#files) this.#writeFile(this.#fileRef(id), fields)
    this.#claims.flush(this.#attempt, this.#workspace)
    for (const [id, code] of this.#refusals) {
      const expiresAt = new Date(this.now.getTime() + refusalKeptMs)
      this.#attempt.write(documents.refusalOf(this.#workspace, id), { code, expiresAt })
    }
  }

  #workspaceFields(): object | undefined {
    const counters = Object.entries(this.#grown)
      .filter(([, growth]) => growth !== 0)
      .map(([name, growth]) => [name, new Increment(growth)])
    const sequence = this.#takenSequence && { lastSequence: this.#takenSequence }
    // Mark the workspace when a file is removed. Otherwise a retry could not detect that an earlier attempt removed the file.
    const isRemoval = [...this.#files.values()].includes(undefined)
    if (counters.length === 0 && !sequence && !this.#quota && !isRemoval) return undefined
    return { ...Object.fromEntries(counters), ...sequence, ...this.#quota }
  }

  async #writeWorkspace(fields: object): Promise<void> {
    if (!this.#attempt.hasSeen(this.#workspace)) await this.#attempt.get(this.#workspace)
    const marked = { ...fields, ...this.#attempt.markOn(this.#workspace) }
    this.#attempt.write(this.#workspace, marked)
  }

  #writeFile(ref: DocumentReference, fields: object | undefined): void {
    if (!fields) return this.#attempt.delete(ref)
    const mark = this.#attempt.markedDocument ? {} : this.#attempt.markOn(ref)
    // A file that was not read is new. `create` fails if its id is in use.
    if (!this.#attempt.hasSeen(ref)) return this.#attempt.create(ref, { ...fields, ...mark })
    return this.#attempt.write(ref, { ...fields, ...mark })
  }

  async #open(other: DocumentReference) {
    const [workspace, snapshot] = await this.#attempt.getAll(this.#workspace, other)
    if (!workspace || !snapshot) throw new Error('Firestore returned too few documents.')
    this.#keep(workspace)
    return snapshot
  }

  #keep(workspace: DocumentSnapshot): void {
    this.#usage = documents.decodeUsage(workspace, this.#options.allowance)
    this.#lastSequence = Number(workspace.get('lastSequence') ?? 0)
  }

  #change(before: FileRecord | undefined, after: FileRecord | undefined): void {
    this.#claims.move(before, after)
    const without = applyDelta(this.#grown, countersOf(before), -1)
    this.#grown = applyDelta(without, countersOf(after))
  }

  #fileRef(id: FileId): DocumentReference {
    return documents.filesOf(this.#workspace).doc(id)
  }
}

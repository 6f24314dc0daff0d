import {
  FieldValue,
  Timestamp,
  type DocumentReference,
  type DocumentSnapshot,
  type Transaction,
} from '@google-cloud/firestore'
import type { FileRecord } from '../../workspace/file.ts'
import type { FileId, SessionId, WorkspacePath } from '../../workspace/path.ts'
import type { Holdings, RefusalCode, Usage } from '../../workspace/ports.ts'
import { addHoldings, holdingsOf } from '../../workspace/transitions.ts'
import { Claims, claimsOf, type PathClaims } from './firestore-claims.ts'
import * as documents from './firestore-documents.ts'
import { scopeTerm } from './firestore-keys.ts'

const refusalKeptMs = 2 * 60 * 60 * 1000

interface UnitOptions {
  /** Names this change in every file that it writes. */
  change: string
  allowance: documents.Allowance
  now: Date
}

/**
 * What one transaction does to one workspace. Files change through `add`, `replace` and `remove` alone, which keep the
 * counters and the claims on paths equal to them; `flush` then writes each document once, for Firestore takes no read
 * after a write.
 */
export class WorkspaceUnit {
  readonly now: Date
  readonly #transaction: Transaction
  readonly #workspace: DocumentReference
  readonly #options: UnitOptions
  readonly #claims = new Claims()
  readonly #writes = new Map<string, () => void>()
  readonly #removed = new Set<FileId>()
  #grown: Holdings = holdingsOf(undefined)
  #usage: Usage | undefined
  #lastSequence = 0
  #takenSequence: number | undefined

  constructor(transaction: Transaction, workspace: DocumentReference, options: UnitOptions) {
    this.#transaction = transaction
    this.#workspace = workspace
    this.#options = options
    this.now = options.now
  }

  /** Reads the workspace and a path's claims at once. */
  async openPath(path: WorkspacePath): Promise<PathClaims> {
    return this.#claims.keep(path, await this.#open(claimsOf(this.#workspace, path)))
  }

  /** Reads the workspace and a file at once. */
  async openFile(id: FileId): Promise<FileRecord | undefined> {
    return documents.decodeFile(await this.#open(this.#fileRef(id)))
  }

  /** Reads the workspace alone. */
  async open(): Promise<void> {
    this.#keep(await this.#transaction.get(this.#workspace))
  }

  /** Reads several paths' claims at once. */
  async readAllClaims(paths: WorkspacePath[]): Promise<void> {
    const unknown = [...new Set(paths)].filter((path) => !this.#claims.get(path))
    if (unknown.length === 0) return
    const refs = unknown.map((path) => claimsOf(this.#workspace, path))
    const snapshots = await this.#transaction.getAll(...refs)
    for (const [index, path] of unknown.entries()) {
      const snapshot = snapshots[index]
      if (snapshot) this.#claims.keep(path, snapshot)
    }
  }

  /** The first files of a session, in the order of their reservation, as they were before this unit. */
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
    const { docs } = await this.#transaction.get(session.limit(limit))
    return docs.flatMap((snapshot) => documents.decodeFile(snapshot) ?? [])
  }

  async readFile(id: FileId): Promise<FileRecord | undefined> {
    return documents.decodeFile(await this.#transaction.get(this.#fileRef(id)))
  }

  /** The transaction that wrote a file last; undefined where there is no file. */
  async readChange(id: FileId): Promise<unknown> {
    return (await this.#transaction.get(this.#fileRef(id))).get('change')
  }

  async readClaims(path: WorkspacePath): Promise<PathClaims> {
    const known = this.#claims.get(path)
    if (known) return known
    const snapshot = await this.#transaction.get(claimsOf(this.#workspace, path))
    return this.#claims.keep(path, snapshot)
  }

  /** The oldest files in the trash behind a key, as they were before this unit. */
  async readTrash(limit: number, after: string): Promise<FileRecord[]> {
    const trash = documents.filesOf(this.#workspace).where('trash', '>', after).orderBy('trash')
    const { docs } = await this.#transaction.get(trash.limit(limit))
    return docs.flatMap((snapshot) => documents.decodeFile(snapshot) ?? [])
  }

  /** The counters, with what this unit changes of them. */
  get usage(): Usage {
    if (!this.#usage) throw new Error('The workspace is to be read before its counters are.')
    return { ...this.#usage, ...addHoldings(this.#usage, this.#grown) }
  }

  nextSequence(): number {
    this.#takenSequence = this.#lastSequence + 1
    return this.#takenSequence
  }

  add(file: FileRecord): void {
    this.#change(undefined, file)
    const fields = documents.fileFields(file, this.#options.change)
    this.#writes.set(file.id, () =>
      this.#transaction.create(this.#fileRef(file.id), {
        ...fields,
        ...documents.metadataFields(file),
      }),
    )
  }

  /** Leaves the stored metadata where both have the same: an owner that came from the claims has none. */
  replace(before: FileRecord, after: FileRecord): void {
    this.#change(before, after)
    const fields = documents.fileFields(after, this.#options.change)
    const metadata = before.metadata === after.metadata ? {} : documents.metadataFields(after)
    this.#writes.set(after.id, () =>
      this.#transaction.update(this.#fileRef(after.id), { ...fields, ...metadata }),
    )
  }

  /** Puts a path's owner, as the claims have it, into the trash; its metadata counts there from then on. */
  async displace(owner: FileRecord, displaced: FileRecord): Promise<void> {
    const { metadata } = (await this.readFile(owner.id)) ?? owner
    this.replace({ ...owner, metadata }, { ...displaced, metadata })
  }

  remove(file: FileRecord): void {
    this.#change(file, undefined)
    this.#removed.add(file.id)
    this.#writes.set(file.id, () => this.#transaction.delete(this.#fileRef(file.id)))
  }

  refuse(id: FileId, code: RefusalCode): void {
    const ref = documents.refusalOf(this.#workspace, id)
    const expiresAt = Timestamp.fromMillis(this.now.getTime() + refusalKeptMs)
    this.#writes.set(ref.path, () => this.#transaction.set(ref, { code, expiresAt }))
  }

  hasRemoved(id: FileId): boolean {
    return this.#removed.has(id)
  }

  flush(): void {
    for (const write of this.#writes.values()) write()
    this.#claims.flush(this.#transaction, this.#workspace)
    const counters = Object.entries(this.#grown)
      .filter(([, growth]) => growth !== 0)
      .map(([name, growth]) => [name, FieldValue.increment(growth)])
    const sequence = this.#takenSequence && { lastSequence: this.#takenSequence }
    if (counters.length === 0 && !sequence) return
    const fields = { ...Object.fromEntries(counters), ...sequence }
    this.#transaction.set(this.#workspace, fields, { merge: true })
  }

  async #open(other: DocumentReference) {
    const [workspace, snapshot] = await this.#transaction.getAll(this.#workspace, other)
    if (!workspace || !snapshot) throw new Error('Firestore answered fewer documents than asked.')
    this.#keep(workspace)
    return snapshot
  }

  #keep(workspace: DocumentSnapshot): void {
    this.#usage = documents.decodeUsage(workspace, this.#options.allowance)
    this.#lastSequence = Number(workspace.get('lastSequence') ?? 0)
  }

  #change(before: FileRecord | undefined, after: FileRecord | undefined): void {
    this.#claims.move(before, after)
    const without = addHoldings(this.#grown, holdingsOf(before), -1)
    this.#grown = addHoldings(without, holdingsOf(after))
  }

  #fileRef(id: FileId): DocumentReference {
    return documents.filesOf(this.#workspace).doc(id)
  }
}

import type { Query } from '../rest/query.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import type { Transaction } from '../rest/transaction.ts'
import { deleteField, type WriteBatch } from '../rest/write-batch.ts'

/** How long a mark is stored: longer than an operation is retried, with reserve for clock skew. */
const markKeptMs = 60_000

type Fields = Record<string, unknown>

/** An entry that an attempt leaves in a document, so that a later attempt recognizes that it was committed. */
export interface Mark {
  id: string
  /** In milliseconds since 1970. */
  at: number
}

/** The version of a document that an attempt has read. */
interface Seen {
  /** Undefined if the document does not exist. */
  updateTime: string | undefined
  marks: Record<string, number>
}

/**
 * The reads and writes of one attempt at a change. Reads see one snapshot and take no locks. A write of a document that was
 * read takes effect only if the document has not changed since. A commit is therefore as safe as that of a transaction.
 */
export class Attempt {
  readonly mark: Mark
  /** The error of the previous attempt. */
  readonly failure: unknown
  /** The document with the mark. Undefined if nothing is written. */
  markedDocument: DocumentReference | undefined
  readonly #snapshot: Transaction
  readonly #batch: WriteBatch
  readonly #seen = new Map<string, Seen>()
  readonly #read = new Map<string, DocumentSnapshot>()

  constructor(snapshot: Transaction, batch: WriteBatch, mark: Mark, failure: unknown) {
    this.#snapshot = snapshot
    this.#batch = batch
    this.mark = mark
    this.failure = failure
  }

  async get(ref: DocumentReference): Promise<DocumentSnapshot> {
    const [snapshot] = await this.getAll(ref)
    return snapshot ?? incomplete()
  }

  /** Reads each document once, because all reads see one snapshot. */
  async getAll(...refs: DocumentReference[]): Promise<DocumentSnapshot[]> {
    const unread = new Map(refs.map((ref) => [ref.name, ref]))
    for (const { name } of refs) if (this.#read.has(name)) unread.delete(name)
    const snapshots = unread.size === 0 ? [] : await this.#snapshot.getAll([...unread.values()])
    for (const snapshot of snapshots) this.#keep(snapshot)
    return refs.map(({ name }) => this.#read.get(name) ?? incomplete())
  }

  async query(query: Query): Promise<DocumentSnapshot[]> {
    const docs = await this.#snapshot.query(query)
    return docs.map((snapshot) => this.#keep(snapshot))
  }

  /** Uses a version that was read before. Costs no read. A write fails if the document has another version by then. */
  assume(ref: DocumentReference, updateTime: string | undefined): void {
    this.#seen.set(ref.name, { updateTime, marks: {} })
  }

  /** Whether this attempt has read the document, or assumes a version of it. */
  hasSeen(ref: DocumentReference): boolean {
    return this.#seen.has(ref.name)
  }

  create(ref: DocumentReference, fields: Fields): void {
    this.#batch.create(ref, fields)
  }

  /** Writes fields of a document. Creates the document if it did not exist when it was read. */
  write(ref: DocumentReference, fields: Fields): void {
    const seen = this.#seen.get(ref.name)
    if (seen?.updateTime) this.#batch.update(ref, fields, seen.updateTime)
    else if (seen) this.#batch.create(ref, fields)
    else this.#batch.merge(ref, fields)
  }

  delete(ref: DocumentReference): void {
    const seen = this.#seen.get(ref.name)
    const isAbsent = seen && seen.updateTime === undefined
    if (!isAbsent) this.#batch.delete(ref, seen?.updateTime)
  }

  /**
   * Makes a document the `markedDocument` of this attempt. Returns the fields to write, which add the mark and delete outdated
   * ones. The document must have been read.
   */
  markOn(markedDocument: DocumentReference): Fields {
    this.markedDocument = markedDocument
    const { id, at } = this.mark
    const seen = this.#seen.get(markedDocument.name)
    if (!seen?.updateTime) return { changes: { [id]: at } }
    const outdated = Object.entries(seen.marks).filter(([, then]) => then < at - markKeptMs)
    const removed = outdated.map(([name]) => [`changes.${name}`, deleteField])
    return { [`changes.${id}`]: at, ...Object.fromEntries(removed) }
  }

  #keep(snapshot: DocumentSnapshot): DocumentSnapshot {
    const { name } = snapshot
    this.#read.set(name, snapshot)
    // The first read counts: a commit then fails if the document changed between two reads.
    if (!this.#seen.has(name)) {
      this.#seen.set(name, { updateTime: snapshot.updateTime, marks: marksOf(snapshot) })
    }
    return snapshot
  }
}

function incomplete(): never {
  throw new Error('Firestore returned too few documents.')
}

/** The marks in a document, by id. */
export function marksOf(snapshot: DocumentSnapshot): Record<string, number> {
  return (snapshot.get('changes') ?? {}) as Record<string, number>
}

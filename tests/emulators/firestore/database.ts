import { randomBytes } from 'node:crypto'
import { matching } from './query.ts'
import { Refusal } from './refusal.ts'
import type { Document, StructuredQuery, Timestamp, TransactionOptions, Write } from './wire.ts'
import { applyWrite, nameOf } from './writes.ts'

/** Limit of open transactions. Above it the oldest ones expire. */
const maxOpenTransactions = 1000

type Documents = ReadonlyMap<string, Document>

/** A transaction reads a snapshot from its beginning, and records its reads. */
interface Transaction {
  documents: Documents
  isReadOnly: boolean
  /** Whether repeating the reads would give the same result. Checked at commit. */
  reads: ((now: Documents) => boolean)[]
}

/** The numbers of documents that Firestore bills. */
export interface Bill {
  reads: number
  writes: number
  deletes: number
}

/** One database: documents by name, with optimistic transactions. */
export class Database {
  readonly bill: Bill = { reads: 0, writes: 0, deletes: 0 }
  /** The number of writes in the largest commit. */
  largestCommit = 0
  readonly #listeners = new Set<() => void>()
  readonly #transactions = new Map<string, Transaction>()
  #documents = new Map<string, Document>()
  #lastMicroseconds = 0

  begin(options: TransactionOptions): Uint8Array {
    const id = randomBytes(12)
    const isReadOnly = Boolean(options.readOnly)
    this.#transactions.set(id.toString('hex'), {
      documents: this.#documents,
      isReadOnly,
      reads: [],
    })
    const [oldest] = this.#transactions.keys()
    if (oldest && this.#transactions.size > maxOpenTransactions) this.#transactions.delete(oldest)
    return id
  }

  get(name: string, transactionId?: Uint8Array): Document | undefined {
    this.bill.reads += 1
    const transaction = this.#transaction(transactionId)
    const document = (transaction?.documents ?? this.#documents).get(name)
    transaction?.reads.push((now) => now.get(name) === document)
    return document
  }

  /** A page of a query. Bills skipped documents too, and one read for an empty result. */
  query(parent: string, query: StructuredQuery, transactionId?: Uint8Array): Document[] {
    const transaction = this.#transaction(transactionId)
    const found = page(transaction?.documents ?? this.#documents, parent, query)
    this.bill.reads += Math.max(1, found.length + (query.offset ?? 0))
    transaction?.reads.push((now) => isSame(found, page(now, parent, query)))
    return found
  }

  /** The number of documents of a query. Bills one read for each 1,000 index entries. */
  count(parent: string, query: StructuredQuery, transactionId?: Uint8Array): number {
    const transaction = this.#transaction(transactionId)
    const { length } = page(transaction?.documents ?? this.#documents, parent, query)
    this.bill.reads += Math.max(1, Math.ceil(length / 1000))
    transaction?.reads.push((now) => page(now, parent, query).length === length)
    return length
  }

  rollback(transactionId: Uint8Array): void {
    this.#transactions.delete(Buffer.from(transactionId).toString('hex'))
  }

  /** Applies all writes or none. Fails if a document that its transaction read has changed. */
  commit(writes: Write[], transactionId?: Uint8Array) {
    const transaction = this.#transaction(transactionId)
    if (transactionId) this.rollback(transactionId)
    if (transaction && !transaction.reads.every((isUnchanged) => isUnchanged(this.#documents))) {
      throw new Refusal('ABORTED', 'Too much contention on these documents. Please try again.')
    }
    if (transaction?.isReadOnly && writes.length > 0) {
      throw new Refusal('INVALID_ARGUMENT', 'Cannot modify entities in a read-only transaction.')
    }
    this.largestCommit = Math.max(this.largestCommit, writes.length)
    const commitTime = this.now()
    const documents = new Map(this.#documents)
    const writeResults = writes.map((write) => {
      const name = nameOf(write)
      const { document, transformResults } = applyWrite(documents.get(name), write, commitTime)
      if (document) documents.set(name, document)
      else documents.delete(name)
      return { updateTime: commitTime, transformResults }
    })
    this.#documents = documents
    for (const write of writes) this.bill[write.update ? 'writes' : 'deletes'] += 1
    for (const listener of this.#listeners) listener()
    return { commitTime, writeResults }
  }

  /** The documents of a listener, unbilled. A listener is called for every commit. */
  peek(parent: string, query: StructuredQuery): Document[] {
    return page(this.#documents, parent, query)
  }

  peekAt(name: string): Document | undefined {
    return this.#documents.get(name)
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Increases with every call. */
  now(): Timestamp {
    this.#lastMicroseconds = Math.max(Date.now() * 1000, this.#lastMicroseconds + 1)
    const seconds = Math.floor(this.#lastMicroseconds / 1e6)
    return { seconds: String(seconds), nanos: (this.#lastMicroseconds % 1e6) * 1000 }
  }

  #transaction(id: Uint8Array | undefined): Transaction | undefined {
    if (!id || id.length === 0) return undefined
    const transaction = this.#transactions.get(Buffer.from(id).toString('hex'))
    if (transaction) return transaction
    throw new Refusal(
      'INVALID_ARGUMENT',
      'The referenced transaction has expired or is no longer valid.',
    )
  }
}

function page(documents: Documents, parent: string, query: StructuredQuery): Document[] {
  const { offset = 0, limit } = query
  const found = matching(documents.values(), parent, query)
  return found.slice(offset, limit ? offset + (limit.value ?? 0) : undefined)
}

function isSame(one: Document[], other: Document[]): boolean {
  return one.length === other.length && one.every((document, i) => document === other[i])
}

import { setTimeout as delay } from 'node:timers/promises'
import { grpcStatus } from '../status.ts'
import { call, type Endpoint } from './call.ts'
import { Query } from './query.ts'
import { Reads, type SendRead } from './reads.ts'
import { CollectionReference, DocumentReference } from './reference.ts'
import { Transaction, type TransactionKind } from './transaction.ts'
import type { WriteBatch } from './write-batch.ts'

const maxReadMs = 30_000
const firstDelayMs = 50
const maxDelayMs = 2000

/** Errors of reads after which another attempt may succeed. */
const transient = new Set<unknown>([
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.INTERNAL,
  grpcStatus.RESOURCE_EXHAUSTED,
  grpcStatus.UNAVAILABLE,
])

/**
 * Firestore's API over HTTP and JSON: the reads, snapshots and conditional commits that the catalog uses. The official client
 * takes three times the start of a function (docs/decisions/google-apis-by-http.md). It listens to documents, which this API
 * does not provide.
 */
export class Firestore {
  /** The resource of all documents. */
  readonly root: string
  readonly #endpoint: Endpoint
  readonly #reads: Reads

  constructor(database: { projectId: string; databaseId: string }, endpoint: Endpoint) {
    this.root = `projects/${database.projectId}/databases/${database.databaseId}/documents`
    this.#endpoint = endpoint
    this.#reads = new Reads(this.root, endpoint, retried)
  }

  collection(id: string): CollectionReference {
    return new CollectionReference(this.#reads, this.root, id)
  }

  /** The document at a path such as `workspaces/ann`. */
  doc(path: string): DocumentReference {
    return new DocumentReference(this.#reads, `${this.root}/${path}`)
  }

  /** All documents in collections of this name. */
  collectionGroup(id: string): Query {
    return new Query(this.#reads, this.root, { from: [{ collectionId: id, allDescendants: true }] })
  }

  /** Reads of one instant. Its first read begins it. */
  transaction(kind: TransactionKind = 'readOnly'): Transaction {
    return new Transaction(this.root, this.#endpoint, kind)
  }

  /** Commits all writes or none. An error may hide a success. */
  async commit({ writes }: WriteBatch, transaction?: string): Promise<void> {
    const body = { writes, ...(transaction !== undefined && { transaction }) }
    await call(this.#endpoint, [this.root, 'commit'], body)
  }
}

/** Sends a read again after transient errors, with exponential backoff and full jitter. */
const retried: SendRead = async (read) => {
  const endsAt = performance.now() + maxReadMs
  for (let count = 0; ; count++) {
    try {
      return await read({}, endsAt - performance.now())
    } catch (error) {
      const pauseMs = Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** count)
      const isOver = performance.now() + pauseMs >= endsAt
      if (isOver || !(error instanceof Error && 'code' in error && transient.has(error.code))) {
        throw error
      }
      await delay(pauseMs)
    }
  }
}

import { call, type Endpoint } from './call.ts'
import { FirestoreError } from './firestore-error.ts'
import type { Query, Reader } from './query.ts'
import { DocumentSnapshot, type Document } from './snapshot.ts'
import { decodeValue, type Value } from './values.ts'

/** The transaction of a read: an existing one, a new one, or none. */
export interface Consistency {
  transaction?: string
  newTransaction?: { readOnly: object } | { readWrite: object }
}

/** Sends one read. */
export type SendRead = <Item extends { transaction?: string }>(
  read: (consistency: Consistency, withinMs?: number) => Promise<Item[]>,
) => Promise<Item[]>

interface Got {
  transaction?: string
  found?: Document
  missing?: string
}

interface Found {
  transaction?: string
  document?: Document
}

interface Aggregated {
  transaction?: string
  result?: { aggregateFields: { count: Value } }
}

/** Reads documents. `send` adds the transaction, or retries. */
export class Reads implements Reader {
  readonly #root: string
  readonly #endpoint: Endpoint
  readonly #send: SendRead

  constructor(root: string, endpoint: Endpoint, send: SendRead) {
    this.#root = root
    this.#endpoint = endpoint
    this.#send = send
  }

  /** In the order of the references. */
  async getAll(refs: readonly { name: string }[]): Promise<DocumentSnapshot[]> {
    const documents = refs.map(({ name }) => name)
    const items = await this.#send<Got>(async (consistency, withinMs) => {
      const body = { documents, ...consistency }
      const got = await call<Got[]>(this.#endpoint, [this.#root, 'batchGet'], body, withinMs)
      // Each document is found or missing, unless the stream was cut off.
      if (answersIn(got).size < new Set(documents).size) throw incomplete()
      return got
    })
    const answers = answersIn(items)
    return refs.map(({ name }) => new DocumentSnapshot(name, answers.get(name)))
  }

  async query({ parent, structuredQuery }: Query): Promise<DocumentSnapshot[]> {
    const items = await this.#send<Found>((consistency, withinMs) =>
      call(this.#endpoint, [parent, 'runQuery'], { structuredQuery, ...consistency }, withinMs),
    )
    return items.flatMap(({ document }) =>
      document ? new DocumentSnapshot(document.name, document) : [],
    )
  }

  async count({ parent, structuredQuery }: Query): Promise<number> {
    const structuredAggregationQuery = {
      structuredQuery,
      aggregations: [{ alias: 'count', count: {} }],
    }
    const items = await this.#send<Aggregated>(async (consistency, withinMs) => {
      const body = { structuredAggregationQuery, ...consistency }
      const got = await call<Aggregated[]>(
        this.#endpoint,
        [parent, 'runAggregationQuery'],
        body,
        withinMs,
      )
      if (!got.some(({ result }) => result)) throw incomplete()
      return got
    })
    const counted = items.find(({ result }) => result)?.result?.aggregateFields.count
    return Number(counted && decodeValue(counted))
  }
}

function answersIn(items: Got[]): Map<string, Document | undefined> {
  return new Map(
    items.flatMap(({ found, missing }): [string, Document | undefined][] => {
      if (found) return [[found.name, found]]
      return missing === undefined ? [] : [[missing, undefined]]
    }),
  )
}

function incomplete(): FirestoreError {
  return new FirestoreError('UNAVAILABLE', 'The response of Firestore is incomplete')
}

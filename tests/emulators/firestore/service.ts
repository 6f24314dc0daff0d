import { Database } from './database.ts'
import type { Faults } from './faults.ts'
import { masked } from './fields.ts'
import { assertIndexed, type Indexes } from './indexes.ts'
import type {
  BatchGetRequest,
  CommitRequest,
  Consistency,
  RunAggregationRequest,
  RunQueryRequest,
  TransactionOptions,
} from './wire.ts'

const databaseName = /^projects\/[^/]+\/databases\/[^/]+/

/** google.firestore.v1.Firestore without its transport: one method for each call, with all responses of a stream as a list. */
export class FirestoreService {
  readonly #databases = new Map<string, Database>()
  readonly #faults: Faults
  readonly #indexes: Indexes

  constructor(indexes: Indexes, faults: Faults) {
    this.#indexes = indexes
    this.#faults = faults
  }

  /** The database of a resource. Created on first use. */
  database(resource: string): Database {
    const name = databaseName.exec(resource)?.[0] ?? ''
    const database = this.#databases.get(name) ?? new Database()
    this.#databases.set(name, database)
    return database
  }

  async batchGetDocuments(request: BatchGetRequest): Promise<object[]> {
    return this.#faults.around('batchGetDocuments', () => {
      const database = this.database(request.database)
      const { transaction, begun } = begin(database, request)
      const paths = request.mask?.fieldPaths
      const documents = request.documents ?? []
      const answers = documents.map((name) => {
        const found = database.get(name, transaction)
        const readTime = database.now()
        return found ? { found: masked(found, paths), readTime } : { missing: name, readTime }
      })
      return [...begun, ...answers]
    })
  }

  async runQuery(request: RunQueryRequest): Promise<object[]> {
    return this.#faults.around('runQuery', () => {
      const { parent, structuredQuery } = request
      assertIndexed(this.#indexes, structuredQuery)
      const database = this.database(parent)
      const { transaction, begun } = begin(database, request)
      const paths = structuredQuery.select?.fields?.map(({ fieldPath }) => fieldPath)
      const found = database
        .query(parent, structuredQuery, transaction)
        .slice(0, this.#faults.maxDocuments)
      const readTime = database.now()
      const answers = found.map((document) => ({ document: masked(document, paths), readTime }))
      return [...begun, ...answers, ...(answers.length === 0 ? [{ readTime }] : [])]
    })
  }

  async runAggregationQuery(request: RunAggregationRequest): Promise<object[]> {
    return this.#faults.around('runAggregationQuery', () => {
      const { structuredQuery, aggregations = [] } = request.structuredAggregationQuery
      assertIndexed(this.#indexes, structuredQuery)
      const database = this.database(request.parent)
      const { transaction, begun } = begin(database, request)
      const count = database.count(request.parent, structuredQuery, transaction)
      const values = aggregations.map(({ alias, count: asked }) => {
        const most = asked?.upTo?.value
        const counted = most === undefined ? count : Math.min(count, Number(most))
        return [alias, { integerValue: String(counted) }]
      })
      const result = { aggregateFields: Object.fromEntries(values) }
      return [...begun, { result, readTime: database.now() }]
    })
  }

  async beginTransaction(request: {
    database: string
    options?: TransactionOptions
  }): Promise<object> {
    return this.#faults.around('beginTransaction', () => ({
      transaction: this.database(request.database).begin(request.options ?? {}),
    }))
  }

  async commit({ database, writes = [], transaction }: CommitRequest): Promise<object> {
    return this.#faults.around('commit', () => this.database(database).commit(writes, transaction))
  }

  async rollback(request: { database: string; transaction: Uint8Array }): Promise<object> {
    return this.#faults.around('rollback', () => {
      this.database(request.database).rollback(request.transaction)
      return {}
    })
  }
}

/** A read may begin its transaction. The first response then contains its id. */
function begin(database: Database, { transaction, newTransaction }: Consistency) {
  if (!newTransaction) return { transaction, begun: [] }
  const begun = database.begin(newTransaction)
  return { transaction: begun, begun: [{ transaction: begun }] }
}

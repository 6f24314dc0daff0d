import type { DocumentSnapshot } from './snapshot.ts'
import { encodeValue, type Value } from './values.ts'

/** The name by which queries order documents by their id. */
export const documentId = '__name__'

const operators = {
  '<': 'LESS_THAN',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'array-contains': 'ARRAY_CONTAINS',
} as const

const directions = { asc: 'ASCENDING', desc: 'DESCENDING' } as const

interface FieldFilter {
  fieldFilter: { field: Field; op: string; value: Value }
}

interface Field {
  fieldPath: string
}

/** https://cloud.google.com/firestore/docs/reference/rest/v1/StructuredQuery */
export interface StructuredQuery {
  from: [{ collectionId: string; allDescendants?: true }]
  select?: { fields: Field[] }
  where?: FieldFilter | { compositeFilter: { op: 'AND'; filters: FieldFilter[] } }
  orderBy?: { field: Field; direction: string }[]
  startAt?: { values: Value[]; before: false }
  offset?: number
  limit?: number
}

/** Sends the reads of references and queries. */
export interface Reader {
  getAll: (documents: readonly { name: string }[]) => Promise<DocumentSnapshot[]>
  query: (query: Query) => Promise<DocumentSnapshot[]>
  count: (query: Query) => Promise<number>
}

/** A query, built in steps. Each step returns a new query. */
export class Query {
  readonly #reader: Reader
  /** The resource below which the collection is. */
  readonly parent: string
  readonly structuredQuery: StructuredQuery

  constructor(reader: Reader, parent: string, structuredQuery: StructuredQuery) {
    this.#reader = reader
    this.parent = parent
    this.structuredQuery = structuredQuery
  }

  where(fieldPath: string, operator: keyof typeof operators, value: unknown): Query {
    const op = operators[operator]
    const added: FieldFilter = {
      fieldFilter: { field: { fieldPath }, op, value: encodeValue(value) },
    }
    const { where } = this.structuredQuery
    if (where === undefined) return this.#with({ where: added })
    const earlier = 'compositeFilter' in where ? where.compositeFilter.filters : [where]
    return this.#with({ where: { compositeFilter: { op: 'AND', filters: [...earlier, added] } } })
  }

  orderBy(fieldPath: string, direction: keyof typeof directions = 'asc'): Query {
    const { orderBy = [] } = this.structuredQuery
    const added = { field: { fieldPath }, direction: directions[direction] }
    return this.#with({ orderBy: [...orderBy, added] })
  }

  /** Starts after the documents with these values of the first fields of the order. The value of `documentId` is an id. */
  startAfter(...values: unknown[]): Query {
    const { orderBy = [], from } = this.structuredQuery
    const encoded = values.map((value, index) =>
      orderBy[index]?.field.fieldPath === documentId
        ? { referenceValue: `${this.parent}/${from[0].collectionId}/${String(value)}` }
        : encodeValue(value),
    )
    return this.#with({ startAt: { values: encoded, before: false } })
  }

  limit(limit: number): Query {
    return this.#with({ limit })
  }

  /** Skips documents, each of which is billed. */
  offset(offset: number): Query {
    return this.#with({ offset })
  }

  /** Returns only these fields of the documents; without any, only their names. */
  select(...fieldPaths: string[]): Query {
    const paths = fieldPaths.length === 0 ? [documentId] : fieldPaths
    return this.#with({ select: { fields: paths.map((fieldPath) => ({ fieldPath })) } })
  }

  async get(): Promise<DocumentSnapshot[]> {
    return this.#reader.query(this)
  }

  async count(): Promise<number> {
    return this.#reader.count(this)
  }

  #with(change: Partial<StructuredQuery>): Query {
    return new Query(this.#reader, this.parent, { ...this.structuredQuery, ...change })
  }
}

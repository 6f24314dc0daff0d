/** The messages of google.firestore.v1 that are used here, in the form of proto-loader. */
export interface Timestamp {
  seconds: string
  nanos: number
}

export interface Value {
  nullValue?: 'NULL_VALUE'
  booleanValue?: boolean
  integerValue?: string
  doubleValue?: number
  timestampValue?: Partial<Timestamp>
  stringValue?: string
  bytesValue?: Uint8Array
  referenceValue?: string
  geoPointValue?: { latitude?: number; longitude?: number }
  arrayValue?: { values?: Value[] }
  mapValue?: { fields?: Fields }
}

export type Fields = Record<string, Value>

export interface Document {
  name: string
  fields: Fields
  createTime: Timestamp
  updateTime: Timestamp
}

interface Precondition {
  exists?: boolean
  updateTime?: Partial<Timestamp>
}

export interface FieldTransform {
  fieldPath: string
  setToServerValue?: 'REQUEST_TIME'
  increment?: Value
  maximum?: Value
  minimum?: Value
  appendMissingElements?: { values?: Value[] }
  removeAllFromArray?: { values?: Value[] }
}

export interface Write {
  update?: { name: string; fields?: Fields }
  delete?: string
  updateMask?: { fieldPaths?: string[] }
  updateTransforms?: FieldTransform[]
  currentDocument?: Precondition
}

export type Direction = 'DIRECTION_UNSPECIFIED' | 'ASCENDING' | 'DESCENDING'

interface Order {
  field: { fieldPath: string }
  direction?: Direction
}

type FieldOperator =
  | 'LESS_THAN'
  | 'LESS_THAN_OR_EQUAL'
  | 'GREATER_THAN'
  | 'GREATER_THAN_OR_EQUAL'
  | 'EQUAL'
  | 'NOT_EQUAL'
  | 'ARRAY_CONTAINS'
  | 'IN'
  | 'ARRAY_CONTAINS_ANY'
  | 'NOT_IN'

export interface Filter {
  compositeFilter?: { op: 'AND' | 'OR'; filters?: Filter[] }
  fieldFilter?: { field: { fieldPath: string }; op: FieldOperator; value: Value }
  unaryFilter?: {
    field: { fieldPath: string }
    op: 'IS_NAN' | 'IS_NULL' | 'IS_NOT_NAN' | 'IS_NOT_NULL'
  }
}

export interface Cursor {
  values?: Value[]
  before?: boolean
}

export interface StructuredQuery {
  select?: { fields?: { fieldPath: string }[] }
  from?: { collectionId: string; allDescendants?: boolean }[]
  where?: Filter
  orderBy?: Order[]
  startAt?: Cursor
  endAt?: Cursor
  offset?: number
  limit?: { value?: number }
}

export interface TransactionOptions {
  readOnly?: object
  readWrite?: object
}

/** Common fields of reads: their transaction, or a new one that they begin. */
export interface Consistency {
  transaction?: Uint8Array
  newTransaction?: TransactionOptions
}

export interface BatchGetRequest extends Consistency {
  database: string
  documents?: string[]
  mask?: { fieldPaths?: string[] }
}

export interface RunQueryRequest extends Consistency {
  parent: string
  structuredQuery: StructuredQuery
}

interface Aggregation {
  alias: string
  count?: { upTo?: { value?: string } }
}

export interface RunAggregationRequest extends Consistency {
  parent: string
  structuredAggregationQuery: { structuredQuery: StructuredQuery; aggregations?: Aggregation[] }
}

export interface CommitRequest {
  database: string
  writes?: Write[]
  transaction?: Uint8Array
}

export interface ListenRequest {
  database: string
  addTarget?: {
    targetId: number
    documents?: { documents?: string[] }
    query?: { parent: string; structuredQuery: StructuredQuery }
  }
  removeTarget?: number
}

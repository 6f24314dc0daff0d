import { valueAt } from './fields.ts'
import { compareTexts, compareValues, equals, isNaNValue, sameType } from './values.ts'
import type { Cursor, Direction, Document, Filter, StructuredQuery, Value } from './wire.ts'

export interface SortKey {
  field: string
  direction: Direction
}

type FieldFilter = NonNullable<Filter['fieldFilter']>

const inequalities = new Set([
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'NOT_IN',
])

/** The documents of a query in its order, after cursors and filters, before offset and limit. */
export function matching(
  documents: Iterable<Document>,
  parent: string,
  query: StructuredQuery,
): Document[] {
  const order = orderOf(query)
  const found: Document[] = []
  for (const document of documents) {
    const isMatch =
      isFrom(document.name, parent, query) &&
      (!query.where || passes(document, query.where)) &&
      order.every(({ field }) => valueAt(document, field) !== undefined)
    if (isMatch && isWithin(document, order, query)) found.push(document)
  }
  return found.sort((a, b) => compareBy(order, a, (field) => valueAt(b, field)))
}

/** The requested order, then the other fields with inequalities, then the names. */
export function orderOf(query: StructuredQuery): SortKey[] {
  const order: SortKey[] = (query.orderBy ?? []).map(({ field, direction }) => ({
    field: field.fieldPath,
    direction: direction === 'DESCENDING' ? 'DESCENDING' : 'ASCENDING',
  }))
  const direction = order.at(-1)?.direction ?? 'ASCENDING'
  for (const field of [...inequalityFields(query.where)].toSorted(compareTexts)) {
    if (field !== '__name__' && !order.some((key) => key.field === field)) {
      order.push({ field, direction })
    }
  }
  if (!order.some(({ field }) => field === '__name__')) order.push({ field: '__name__', direction })
  return order
}

function inequalityFields(filter: Filter | undefined): Set<string> {
  const fields = new Set<string>()
  const { compositeFilter, fieldFilter } = filter ?? {}
  if (fieldFilter && inequalities.has(fieldFilter.op)) fields.add(fieldFilter.field.fieldPath)
  for (const part of compositeFilter?.filters ?? []) {
    for (const field of inequalityFields(part)) fields.add(field)
  }
  return fields
}

function isFrom(name: string, parent: string, { from = [] }: StructuredQuery): boolean {
  if (!name.startsWith(`${parent}/`)) return false
  const segments = name.slice(parent.length + 1).split('/')
  return from.some(
    ({ collectionId, allDescendants }) =>
      segments.at(-2) === collectionId && (allDescendants === true || segments.length === 2),
  )
}

function passes(document: Document, filter: Filter): boolean {
  const { compositeFilter, fieldFilter, unaryFilter } = filter
  if (compositeFilter) {
    const parts = compositeFilter.filters ?? []
    return compositeFilter.op === 'OR'
      ? parts.some((part) => passes(document, part))
      : parts.every((part) => passes(document, part))
  }
  if (fieldFilter) return passesField(valueAt(document, fieldFilter.field.fieldPath), fieldFilter)
  if (!unaryFilter) return true
  const value = valueAt(document, unaryFilter.field.fieldPath)
  if (value === undefined) return false
  const isMeant = unaryFilter.op.endsWith('NAN') ? isNaNValue(value) : value.nullValue !== undefined
  return isMeant !== unaryFilter.op.startsWith('IS_NOT')
}

function passesField(found: Value | undefined, { op, value }: FieldFilter): boolean {
  if (found === undefined) return false
  const listed = value.arrayValue?.values ?? []
  const elements = found.arrayValue?.values ?? []
  const order = compareValues(found, value)
  switch (op) {
    case 'EQUAL':
      return order === 0
    case 'NOT_EQUAL':
      return order !== 0 && found.nullValue === undefined
    case 'LESS_THAN':
      return sameType(found, value) && order < 0
    case 'LESS_THAN_OR_EQUAL':
      return sameType(found, value) && order <= 0
    case 'GREATER_THAN':
      return sameType(found, value) && order > 0
    case 'GREATER_THAN_OR_EQUAL':
      return sameType(found, value) && order >= 0
    case 'ARRAY_CONTAINS':
      return elements.some((item) => equals(item, value))
    case 'ARRAY_CONTAINS_ANY':
      return elements.some((item) => listed.some((other) => equals(item, other)))
    case 'IN':
      return listed.some((other) => equals(found, other))
    case 'NOT_IN':
      return found.nullValue === undefined && !listed.some((other) => equals(found, other))
  }
}

/** `before` makes a start inclusive and an end exclusive. */
function isWithin(document: Document, order: SortKey[], { startAt, endAt }: StructuredQuery) {
  const side = (cursor: Cursor) =>
    compareBy(order.slice(0, cursor.values?.length ?? 0), document, (_, i) => cursor.values?.[i])
  if (startAt && side(startAt) < (startAt.before ? 0 : 1)) return false
  return !endAt || side(endAt) < (endAt.before ? 0 : 1)
}

function compareBy(
  order: SortKey[],
  document: Document,
  other: (field: string, index: number) => Value | undefined,
): number {
  for (const [index, { field, direction }] of order.entries()) {
    const [a, b] = [valueAt(document, field), other(field, index)]
    const compared = a && b ? compareValues(a, b) : 0
    if (compared !== 0) return direction === 'DESCENDING' ? -compared : compared
  }
  return 0
}

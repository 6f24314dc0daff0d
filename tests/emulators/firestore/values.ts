import type { Value } from './wire.ts'

/**
 * The order of all values of all types
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering). Text is ordered by UTF-8
 * bytes, which is the order of code points.
 */
export function compareValues(a: Value, b: Value): number {
  const rank = rankOf(a)
  return rank - rankOf(b) || comparers[rank]?.(a, b) || 0
}

export function equals(a: Value, b: Value): boolean {
  return compareValues(a, b) === 0
}

/** Inequalities match only values of the same type. */
export function sameType(a: Value, b: Value): boolean {
  return rankOf(a) === rankOf(b)
}

export function isNaNValue(value: Value): boolean {
  return Number.isNaN(value.doubleValue)
}

export function numberOf(value: Value): number {
  return Number(value.integerValue ?? value.doubleValue ?? 0)
}

export function isNumber(value: Value | undefined): value is Value {
  return value?.integerValue !== undefined || value?.doubleValue !== undefined
}

export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const types = [
  (value: Value) => value.nullValue !== undefined,
  (value: Value) => value.booleanValue !== undefined,
  isNumber,
  (value: Value) => value.timestampValue !== undefined,
  (value: Value) => value.stringValue !== undefined,
  (value: Value) => value.bytesValue !== undefined,
  (value: Value) => value.referenceValue !== undefined,
  (value: Value) => value.geoPointValue !== undefined,
  (value: Value) => value.arrayValue !== undefined,
  (value: Value) => value.mapValue !== undefined,
]

const comparers: ((a: Value, b: Value) => number)[] = [
  () => 0,
  (a, b) => Number(a.booleanValue) - Number(b.booleanValue),
  compareNumbers,
  (a, b) =>
    Number(a.timestampValue?.seconds ?? 0) - Number(b.timestampValue?.seconds ?? 0) ||
    (a.timestampValue?.nanos ?? 0) - (b.timestampValue?.nanos ?? 0),
  (a, b) => compareTexts(a.stringValue ?? '', b.stringValue ?? ''),
  (a, b) => Buffer.compare(a.bytesValue ?? Buffer.of(), b.bytesValue ?? Buffer.of()),
  (a, b) => compareNames(a.referenceValue ?? '', b.referenceValue ?? ''),
  (a, b) =>
    (a.geoPointValue?.latitude ?? 0) - (b.geoPointValue?.latitude ?? 0) ||
    (a.geoPointValue?.longitude ?? 0) - (b.geoPointValue?.longitude ?? 0),
  (a, b) => compareLists(a.arrayValue?.values ?? [], b.arrayValue?.values ?? [], compareValues),
  compareMaps,
]

/** Names are ordered by segment, so that a document precedes its sub-collections. */
function compareNames(a: string, b: string): number {
  return compareLists(a.split('/'), b.split('/'), compareTexts)
}

function rankOf(value: Value): number {
  return types.findIndex((isType) => isType(value))
}

/** NaN precedes all other numbers. */
function compareNumbers(a: Value, b: Value): number {
  if (isNaNValue(a) || isNaNValue(b)) return Number(isNaNValue(b)) - Number(isNaNValue(a))
  return numberOf(a) - numberOf(b)
}

function compareMaps(a: Value, b: Value): number {
  return compareLists(
    entriesOf(a),
    entriesOf(b),
    ([key, value], [otherKey, other]) => compareTexts(key, otherKey) || compareValues(value, other),
  )
}

function entriesOf(value: Value): [string, Value][] {
  const entries = Object.entries(value.mapValue?.fields ?? {})
  return entries.toSorted(([one], [other]) => compareTexts(one, other))
}

function compareLists<T>(a: T[], b: T[], compare: (a: T, b: T) => number): number {
  for (const [index, item] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    const order = compare(item, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}

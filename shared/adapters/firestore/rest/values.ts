/** A value in the JSON form of the API (https://cloud.google.com/firestore/docs/reference/rest/v1/Value), of the types that are used. */
export type Value =
  | { nullValue: null }
  | { booleanValue: boolean }
  | { integerValue: string }
  | { doubleValue: number | string }
  | { stringValue: string }
  | { timestampValue: string }
  | { referenceValue: string }
  | { arrayValue: { values?: Value[] } }
  | { mapValue: { fields?: Fields } }

export type Fields = Record<string, Value>

/** Encodes JSON values and dates. Omits undefined members. */
export function encodeValue(value: unknown): Value {
  if (value === null) return { nullValue: null }
  if (typeof value === 'boolean') return { booleanValue: value }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { integerValue: String(value) } : { doubleValue: value }
  }
  if (value instanceof Date) return { timestampValue: value.toISOString() }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encodeValue) } }
  if (typeof value === 'object') return { mapValue: { fields: encodeFields(value) } }
  throw new TypeError(`Firestore stores no ${typeof value}`)
}

function encodeFields(object: object): Fields {
  const members = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members.map(([name, value]) => [name, encodeValue(value)]))
}

/** Decodes a value. A timestamp stays text. */
export function decodeValue(value: Value): unknown {
  if ('mapValue' in value) return decodeFields(value.mapValue.fields)
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(decodeValue)
  if ('integerValue' in value) return Number(value.integerValue)
  // JSON has no infinity and no NaN, so the API writes them as text.
  if ('doubleValue' in value) return Number(value.doubleValue)
  return Object.values(value)[0]
}

export function decodeFields(fields: Fields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, decodeValue(value)]),
  )
}

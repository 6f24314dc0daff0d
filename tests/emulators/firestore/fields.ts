import type { Document, Fields, Value } from './wire.ts'

/** The segments of a field path: plain names, or any text between backquotes with `\` before a backquote or `\`. */
function segmentsOf(fieldPath: string): string[] {
  const segments = fieldPath.match(/`(?:[^`\\]|\\.)+`|[^.`]+/g) ?? []
  return segments.map((segment) =>
    segment.startsWith('`') ? segment.slice(1, -1).replace(/\\(.)/g, '$1') : segment,
  )
}

/** The value at a field path. `__name__` is the document itself. */
export function valueAt(
  document: Pick<Document, 'name' | 'fields'>,
  path: string,
): Value | undefined {
  if (path === '__name__') return { referenceValue: document.name }
  let value: Value | undefined = { mapValue: { fields: document.fields } }
  for (const segment of segmentsOf(path)) {
    const fields: Fields = value?.mapValue?.fields ?? {}
    value = Object.hasOwn(fields, segment) ? fields[segment] : undefined
  }
  return value
}

/** A copy of the fields with another value at a path. Undefined removes the field. */
export function withValue(fields: Fields, path: string, value: Value | undefined): Fields {
  return replaced(fields, segmentsOf(path), value)
}

/** The fields, restricted to these paths. */
export function masked(document: Document, paths: string[] | undefined): Document {
  if (paths === undefined) return document
  let fields: Fields = {}
  for (const path of paths) {
    const value = path === '__name__' ? undefined : valueAt(document, path)
    if (value !== undefined) fields = withValue(fields, path, value)
  }
  return { ...document, fields }
}

function replaced(
  fields: Fields,
  [first = '', ...rest]: string[],
  value: Value | undefined,
): Fields {
  const inner = fields[first]?.mapValue?.fields
  if (rest.length > 0) {
    if (inner === undefined && value === undefined) return fields
    return { ...fields, [first]: { mapValue: { fields: replaced(inner ?? {}, rest, value) } } }
  }
  const { [first]: _, ...others } = fields
  return value === undefined ? others : { ...others, [first]: value }
}

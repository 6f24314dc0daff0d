import { valueAt, withValue } from './fields.ts'
import { Refusal } from './refusal.ts'
import { compareValues, equals, isNumber, numberOf } from './values.ts'
import type { Document, Fields, FieldTransform, Timestamp, Value, Write } from './wire.ts'

const maxDocumentBytes = 1024 * 1024

export function nameOf(write: Write): string {
  const name = write.update?.name ?? write.delete
  if (name === undefined) throw new Refusal('UNIMPLEMENTED', 'This write is not supported.')
  return name
}

/** The document after a write. Undefined if it is deleted. */
export function applyWrite(
  current: Document | undefined,
  write: Write,
  time: Timestamp,
): { document: Document | undefined; transformResults: Value[] } {
  const name = nameOf(write)
  checkPrecondition(current, write, name)
  if (write.update === undefined) return { document: undefined, transformResults: [] }
  const transformResults: Value[] = []
  let fields = updated(current, write)
  for (const transform of write.updateTransforms ?? []) {
    const before = valueAt({ name, fields }, transform.fieldPath)
    const after = transformed(before, transform, time)
    fields = withValue(fields, transform.fieldPath, after)
    transformResults.push(isArrayTransform(transform) ? { nullValue: 'NULL_VALUE' } : after)
  }
  checkFields(name, fields)
  const document = { name, fields, createTime: current?.createTime ?? time, updateTime: time }
  return { document, transformResults }
}

function checkPrecondition(current: Document | undefined, write: Write, name: string): void {
  const { exists, updateTime } = write.currentDocument ?? {}
  if (exists === false && current) {
    throw new Refusal('ALREADY_EXISTS', `Document already exists: ${name}`)
  }
  if ((exists === true || updateTime) && !current) {
    throw new Refusal('NOT_FOUND', `No document to update: ${name}`)
  }
  if (updateTime && compareValues({ timestampValue: updateTime }, stampOf(current)) !== 0) {
    throw new Refusal(
      'FAILED_PRECONDITION',
      `The stored version of ${name} is not the required one.`,
    )
  }
}

function stampOf(document: Document | undefined): Value {
  return { timestampValue: document?.updateTime ?? {} }
}

/** Replaces the document, or only the paths of the mask if there is one. */
function updated(current: Document | undefined, { update, updateMask }: Write): Fields {
  const given = update?.fields ?? {}
  if (updateMask === undefined || updateMask === null) return given
  let fields = current?.fields ?? {}
  for (const path of updateMask.fieldPaths ?? []) {
    fields = withValue(fields, path, valueAt({ name: '', fields: given }, path))
  }
  return fields
}

function transformed(value: Value | undefined, transform: FieldTransform, time: Timestamp): Value {
  const { increment, maximum, minimum, appendMissingElements, removeAllFromArray } = transform
  if (transform.setToServerValue) return { timestampValue: time }
  if (increment) return isNumber(value) ? sum(value, increment) : increment
  if (maximum) return isNumber(value) && compareValues(value, maximum) > 0 ? value : maximum
  if (minimum) return isNumber(value) && compareValues(value, minimum) < 0 ? value : minimum
  const elements = value?.arrayValue?.values ?? []
  const removed = removeAllFromArray?.values ?? []
  const kept = elements.filter((item) => !has(removed, item))
  for (const item of appendMissingElements?.values ?? []) if (!has(kept, item)) kept.push(item)
  return { arrayValue: { values: kept } }
}

function has(list: Value[], item: Value): boolean {
  return list.some((other) => equals(other, item))
}

function sum(a: Value, b: Value): Value {
  if (a.integerValue === undefined || b.integerValue === undefined) {
    return { doubleValue: numberOf(a) + numberOf(b) }
  }
  return { integerValue: String(BigInt(a.integerValue) + BigInt(b.integerValue)) }
}

function isArrayTransform(transform: FieldTransform): boolean {
  return Boolean(transform.appendMissingElements ?? transform.removeAllFromArray)
}

function checkFields(name: string, fields: Fields): void {
  if (Buffer.byteLength(JSON.stringify(fields)) > 2 * maxDocumentBytes) {
    throw new Refusal('INVALID_ARGUMENT', `Document "${name}" exceeds the maximum size of 1 MiB.`)
  }
  for (const [field, value] of Object.entries(fields)) {
    if (field === '' || /^__.*__$/.test(field)) {
      throw new Refusal('INVALID_ARGUMENT', `The field name "${field}" is reserved.`)
    }
    for (const item of value.arrayValue?.values ?? []) {
      if (item.arrayValue) throw new Refusal('INVALID_ARGUMENT', 'Nested arrays are not allowed.')
    }
    checkFields(name, value.mapValue?.fields ?? {})
  }
}

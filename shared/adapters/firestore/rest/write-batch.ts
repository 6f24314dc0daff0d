import type { DocumentReference } from './reference.ts'
import { encodeValue, type Fields, type Value } from './values.ts'

/** Adds to a number in a field. The sum is computed by Firestore. */
export class Increment {
  readonly by: number

  constructor(by: number) {
    this.by = by
  }
}

/** Deletes a field of a document. */
export const deleteField = Symbol('deleteField')

interface Precondition {
  exists?: boolean
  updateTime?: string
}

/** https://cloud.google.com/firestore/docs/reference/rest/v1/Write */
export interface Write {
  update?: { name: string; fields: Fields }
  updateMask?: { fieldPaths: string[] }
  updateTransforms?: { fieldPath: string; increment: Value }[]
  delete?: string
  currentDocument?: Precondition
}

type Written = Record<string, unknown>

/** Writes that take effect together or not at all. */
export class WriteBatch {
  readonly writes: Write[] = []

  /** Fails if the document exists. */
  create(ref: DocumentReference, fields: Written): void {
    const { values, updateTransforms } = sorted(fields)
    const update = { name: ref.name, fields: nested(values) }
    this.writes.push({ update, ...updateTransforms, currentDocument: { exists: false } })
  }

  /** Replaces fields. A name with dots is a field path. Fails if the document has another version than `lastUpdateTime`. */
  update(ref: DocumentReference, fields: Written, lastUpdateTime: string): void {
    this.writes.push({ ...masked(ref, fields), currentDocument: { updateTime: lastUpdateTime } })
  }

  /** Replaces fields of a document, and creates it if it does not exist. */
  merge(ref: DocumentReference, fields: Written): void {
    this.writes.push(masked(ref, fields))
  }

  /** Fails if the document has another version than `lastUpdateTime`, if that is given. */
  delete(ref: DocumentReference, lastUpdateTime?: string): void {
    this.writes.push({
      delete: ref.name,
      ...(lastUpdateTime !== undefined && { currentDocument: { updateTime: lastUpdateTime } }),
    })
  }
}

function masked(ref: DocumentReference, fields: Written): Write {
  const { values, deleted, updateTransforms } = sorted(fields)
  return {
    update: { name: ref.name, fields: nested(values) },
    updateMask: { fieldPaths: [...values.keys(), ...deleted] },
    ...updateTransforms,
  }
}

function sorted(fields: Written) {
  const values = new Map<string, Value>()
  const deleted: string[] = []
  const transforms: { fieldPath: string; increment: Value }[] = []
  for (const [fieldPath, value] of Object.entries(fields)) {
    if (value === deleteField) deleted.push(fieldPath)
    else if (value instanceof Increment) {
      transforms.push({ fieldPath, increment: encodeValue(value.by) })
    } else if (value !== undefined) values.set(fieldPath, encodeValue(value))
  }
  return {
    values,
    deleted,
    updateTransforms: transforms.length > 0 && { updateTransforms: transforms },
  }
}

/** The values as maps within maps, along their field paths. */
function nested(values: Map<string, Value>): Fields {
  const root: Fields = {}
  for (const [path, value] of values) {
    const names = path.split('.')
    const last = names.pop() ?? path
    let fields = root
    for (const name of names) {
      const inner = fields[name]
      const members: Fields = inner && 'mapValue' in inner ? (inner.mapValue.fields ?? {}) : {}
      fields[name] = { mapValue: { fields: members } }
      fields = members
    }
    fields[last] = value
  }
  return root
}

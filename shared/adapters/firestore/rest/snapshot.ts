import { decodeFields, decodeValue, type Fields, type Value } from './values.ts'

/** A document in the JSON form of the API. */
export interface Document {
  name: string
  fields?: Fields
  createTime: string
  updateTime: string
}

/** A document as one read found it, or its absence. */
export class DocumentSnapshot {
  /** The resource name, also of an absent document. */
  readonly name: string
  readonly #document: Document | undefined

  constructor(name: string, document: Document | undefined) {
    this.name = name
    this.#document = document
  }

  get id(): string {
    return this.name.slice(this.name.lastIndexOf('/') + 1)
  }

  get exists(): boolean {
    return this.#document !== undefined
  }

  /** The version of the document, with the precision of the API. Undefined if it does not exist. */
  get updateTime(): string | undefined {
    return this.#document?.updateTime
  }

  get createTime(): string | undefined {
    return this.#document?.createTime
  }

  /** All fields. Undefined if the document does not exist. */
  data(): Record<string, unknown> | undefined {
    return this.#document && decodeFields(this.#document.fields)
  }

  /** The value at a field path of simple names joined by dots. Undefined if the document lacks it. */
  get(path: string): unknown {
    let value: Value | undefined = { mapValue: { fields: this.#document?.fields ?? {} } }
    for (const name of path.split('.')) {
      const fields: Fields =
        value !== undefined && 'mapValue' in value ? (value.mapValue.fields ?? {}) : {}
      value = Object.hasOwn(fields, name) ? fields[name] : undefined
    }
    return value && decodeValue(value)
  }
}

import { Query, type Reader } from './query.ts'
import type { DocumentSnapshot } from './snapshot.ts'

/** The place of a document, which may not exist. */
export class DocumentReference {
  readonly #reader: Reader
  /** The full resource name: `projects/…/databases/…/documents/…`. */
  readonly name: string

  constructor(reader: Reader, name: string) {
    this.#reader = reader
    this.name = name
  }

  collection(id: string): CollectionReference {
    return new CollectionReference(this.#reader, this.name, id)
  }

  async get(): Promise<DocumentSnapshot> {
    const [snapshot] = await this.#reader.getAll([this])
    return snapshot as DocumentSnapshot
  }
}

/** The documents below one parent, as a query without conditions. */
export class CollectionReference extends Query {
  readonly #reader: Reader
  readonly #name: string

  constructor(reader: Reader, parent: string, id: string) {
    super(reader, parent, { from: [{ collectionId: id }] })
    this.#reader = reader
    this.#name = `${parent}/${id}`
  }

  doc(id: string): DocumentReference {
    return new DocumentReference(this.#reader, `${this.#name}/${id}`)
  }
}

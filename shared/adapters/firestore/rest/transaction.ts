import type { Endpoint } from './call.ts'
import { FirestoreError } from './firestore-error.ts'
import { Reads, type Consistency, type SendRead } from './reads.ts'

export type TransactionKind = 'readOnly' | 'readWrite'

/** Reads of one instant of the database. The first read begins the transaction, and later ones wait for it. */
export class Transaction extends Reads {
  readonly #begun: { id: Promise<string> | undefined }

  constructor(root: string, endpoint: Endpoint, kind: TransactionKind) {
    const begun: { id: Promise<string> | undefined } = { id: undefined }
    super(root, endpoint, sendWithin(begun, kind))
    this.#begun = begun
  }

  /** The id, for a commit. Undefined before the first read. */
  async id(): Promise<string | undefined> {
    return this.#begun.id
  }
}

function sendWithin(begun: { id: Promise<string> | undefined }, kind: TransactionKind): SendRead {
  return async (read) => {
    if (begun.id) return read({ transaction: await begun.id })
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    // Later reads report the failure of the first, if there are any.
    promise.catch(() => undefined)
    begun.id = promise
    try {
      const newTransaction: NonNullable<Consistency['newTransaction']> =
        kind === 'readOnly' ? { readOnly: {} } : { readWrite: {} }
      const items = await read({ newTransaction })
      const id = items[0]?.transaction
      if (id === undefined) throw new FirestoreError('UNAVAILABLE', 'The answer is incomplete')
      resolve(id)
      return items
    } catch (error) {
      reject(error)
      throw error
    }
  }
}

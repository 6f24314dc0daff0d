import type { DocumentSnapshot } from '@google-cloud/firestore'
import type { FirestoreConnection } from '../connection.ts'
import type { Fields } from './append.ts'

/** How long a listener without a caller stays open. A stream that sends a page calls again within this time. */
const lingerMs = 5000

interface Waiting {
  isWanted: (fields: Fields) => boolean
  resolve: (fields: Fields) => void
  reject: (reason: unknown) => void
}

/** Listens once to each document that callers wait for, regardless of their number. */
export class WorkspaceListeners {
  readonly #connection: FirestoreConnection
  readonly #open = new Map<string, DocumentListener>()

  constructor(connection: FirestoreConnection) {
    this.#connection = connection
    connection.closing.addEventListener('abort', () => {
      for (const listener of this.#open.values()) listener.end()
    })
  }

  /**
   * Resolves to the first version of a document that satisfies `isWanted`: the last one received, or a later one. Rejects with the
   * signal's reason when aborted.
   */
  async until(name: string, isWanted: Waiting['isWanted'], signal: AbortSignal): Promise<Fields> {
    const ends = AbortSignal.any([signal, this.#connection.closing])
    ends.throwIfAborted()
    const listener = this.#open.get(name) ?? this.#start(name)
    return listener.until(isWanted, ends)
  }

  #start(name: string): DocumentListener {
    const listener = new DocumentListener(() => {
      if (this.#open.get(name) === listener) this.#open.delete(name)
    })
    this.#open.set(name, listener)
    void this.#listen(listener, name.slice(name.indexOf('/documents/') + '/documents/'.length))
    return listener
  }

  async #listen(listener: DocumentListener, path: string): Promise<void> {
    try {
      const client = await this.#connection.listeningClient()
      listener.listen((next, fail) => client.doc(path).onSnapshot(next, fail))
    } catch (error) {
      listener.fail(error)
    }
  }
}

type Subscribe = (
  next: (snapshot: DocumentSnapshot) => void,
  fail: (error: Error) => void,
) => () => void

/** Listens to one document until it fails, or no caller has waited for some seconds. */
class DocumentListener {
  readonly #waiting = new Set<Waiting>()
  readonly #ended: () => void
  #last: Fields | undefined
  #isOver = false
  #stop: (() => void) | undefined
  #linger: NodeJS.Timeout | undefined

  constructor(ended: () => void) {
    this.#ended = ended
  }

  listen(subscribe: Subscribe): void {
    if (this.#isOver) return
    const fail = (error: Error) => this.fail(error)
    this.#stop = subscribe((snapshot) => this.#receive(snapshot), fail)
  }

  fail(reason: unknown): void {
    for (const { reject } of this.#waiting) reject(reason)
    this.end()
  }

  async until(isWanted: Waiting['isWanted'], signal: AbortSignal): Promise<Fields> {
    if (this.#last && isWanted(this.#last)) return this.#last
    clearTimeout(this.#linger)
    const { promise, resolve, reject } = Promise.withResolvers<Fields>()
    const waiting = { isWanted, resolve, reject }
    const abort = () => reject(signal.reason as Error)
    this.#waiting.add(waiting)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#waiting.delete(waiting)
      if (this.#waiting.size === 0) {
        this.#linger = setTimeout(() => this.end(), lingerMs).unref()
      }
    }
  }

  #receive(snapshot: DocumentSnapshot): void {
    this.#last = snapshot
    for (const { isWanted, resolve } of this.#waiting) if (isWanted(snapshot)) resolve(snapshot)
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#linger)
    this.#ended()
    this.#stop?.()
  }
}

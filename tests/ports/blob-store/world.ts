import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { FileId } from '../../../shared/model/ids.ts'
import type {
  BlobRef,
  BlobStore,
  FinalizeEvent,
  StoredBlob,
  UploadSession,
  WriteOptions,
} from '../../../shared/ports/blob-store.ts'

export interface OpenedBlobStore extends AsyncDisposable {
  store: BlobStore
  /** The finalize events so far, in order of arrival. */
  events: readonly FinalizeEvent[]
  /** Requests a URL that the store returned, without a token. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>
}

/** Opens an empty store. Disposing it deletes its contents. */
export type OpenBlobStore = () => Promise<OpenedBlobStore>

export const contentType = 'text/plain'
const hourMs = 3600 * 1000

/** A store and the steps that the tests of the contract share. */
export class BlobWorld implements AsyncDisposable {
  readonly store: BlobStore
  readonly #opened: OpenedBlobStore

  private constructor(opened: OpenedBlobStore) {
    this.store = opened.store
    this.#opened = opened
  }

  static async open(open: OpenBlobStore): Promise<BlobWorld> {
    return new BlobWorld(await open())
  }

  newPath(): string {
    return this.store.locate('user-1', newId(), 'notes.txt')
  }

  write(
    storagePath: string,
    body: string | Readable,
    options: Partial<WriteOptions> = {},
  ): Promise<StoredBlob> {
    const stream = typeof body === 'string' ? bodyOf(body) : body
    return this.store.write(storagePath, stream, { contentType, maxBytes: 1_000_000, ...options })
  }

  /** Reads one generation as text. Resolves to undefined if it does not exist. */
  async read(blob: BlobRef, range?: { start: number; end: number }): Promise<string | undefined> {
    const body = await this.store.read(blob, range)
    return body && (await buffer(body)).toString()
  }

  /** Lists the storage paths of all blobs, in pages. */
  async list(limit: number): Promise<string[]> {
    const pages: string[] = []
    let after: string | undefined
    do {
      const page = await this.store.list({ limit, ...(after !== undefined && { after }) })
      if (page.blobs.length > limit) throw new Error('A page is longer than its limit.')
      pages.push(...page.blobs.map(({ storagePath }) => storagePath))
      after = page.next
    } while (after !== undefined)
    return pages
  }

  /** The number of finalize events for a storage path. */
  eventsAt(storagePath: string): FinalizeEvent[] {
    return this.#opened.events.filter((event) => event.storagePath === storagePath)
  }

  openUpload(storagePath: string, sizeBytes: number): Promise<UploadSession> {
    const expiresAt = new Date(Date.now() + hourMs)
    return this.store.openUpload(storagePath, { sizeBytes, contentType, expiresAt })
  }

  put(url: string, body: string, contentRange?: string): Promise<Response> {
    const headers = contentRange === undefined ? {} : { 'Content-Range': contentRange }
    return this.fetch(url, { method: 'PUT', body, headers })
  }

  fetch(url: string, init?: RequestInit): Promise<Response> {
    return this.#opened.fetch(url, init)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

export function newId(): FileId {
  return randomUUID() as FileId
}

export function bodyOf(text: string): Readable {
  return Readable.from([Buffer.from(text)])
}

/** A body that has started and continues under the control of the test. */
export function openBody(beginning: string): Readable {
  const body = new Readable({ read() {} })
  body.push(beginning)
  return body
}

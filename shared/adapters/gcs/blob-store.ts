import { buffer } from 'node:stream/consumers'
import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FileId } from '../../model/ids.ts'
import type {
  BlobPage,
  BlobRef,
  BlobStore,
  ByteRange,
  SignOptions,
  StoredBlob,
  UploadOptions,
  UploadSession,
  WriteOptions,
} from '../../ports/blob-store.ts'
import { GcsClient, type GcsOptions } from './client.ts'
import { copyObject } from './copy.ts'
import { GcsDerived } from './derived.ts'
import { isTaken } from './errors.ts'
import { writeTokenKey, type GcsObject } from './object.ts'
import { objectAt, objectPrefix, locateIn, storagePathOf } from './locate.ts'
import { readObject } from './read.ts'
import { withBriefRetry } from './retry.ts'
import { cancelSession, chunkMultiple, GcsSession, WrongChecksum } from './session.ts'
import { signObjectUrl } from './sign.ts'
import { writeObject } from './write.ts'

/** The largest page of a listing of Cloud Storage. */
const maxPageLength = 1000

/**
 * Blobs in one Cloud Storage bucket, below `workspaces/`. Does not use the official client's streams for the bytes: they
 * cannot delay the last byte of an upload, check it before it is visible, resume a download, or be aborted without breaking
 * other connections.
 */
export class GcsBlobStore implements BlobStore {
  readonly #client: GcsClient
  readonly #derived: GcsDerived
  readonly #bucket: string
  private constructor(client: GcsClient, { bucket }: GcsOptions) {
    this.#client = client
    this.#derived = new GcsDerived(client)
    this.#bucket = bucket
  }

  static async open(options: GcsOptions): Promise<GcsBlobStore> {
    return new GcsBlobStore(await GcsClient.open(options), options)
  }

  locate(workspaceId: string, id: FileId, name: string): string {
    return locateIn(this.#bucket, workspaceId, id, name)
  }

  async write(storagePath: string, body: Readable, options: WriteOptions): Promise<StoredBlob> {
    const name = this.#objectOf(storagePath)
    const { contentType, ...rest } = options
    const { signal } = options
    const token = randomUUID()
    const metadata = { contentType, metadata: { [writeTokenKey]: token } }
    const { retry, pieceBytes } = this.#client
    let url: string | undefined
    const openSession = async () => {
      url = await this.#client.openSession(name, metadata)
      return new GcsSession(url, { retry, ...(signal && { signal }) })
    }
    const insert = (bytes: Buffer, crc32c: string) =>
      this.#client.insert(name, metadata, { bytes, crc32c, signal })
    let isCommitting = false
    const onCommit = () => {
      isCommitting = true
    }
    try {
      return this.#blob(
        await writeObject(body, { ...rest, openSession, insert, pieceBytes, onCommit }),
      )
    } catch (error) {
      body.destroy()
      // A session that cannot be cancelled costs nothing, and expires after a week.
      if (url !== undefined) await cancelSession(url, withBriefRetry(retry)).catch(() => undefined)
      const stored = isCommitting ? await this.#findOwn(name, token) : undefined
      const isWanted = !signal?.aborted && !(error instanceof WrongChecksum)
      // The write succeeded, and only its response was lost.
      if (stored && isWanted) return stored
      if (stored) await this.remove(stored)
      throw isTaken(error) ? takenError(storagePath, error) : this.#client.explained(error)
    }
  }

  async read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined> {
    const name = this.#objectOfGeneration(blob)
    if (name === undefined) return undefined
    const object = { name, generation: blob.generation }
    const open = (start: number, end?: number) => this.#client.openBody(object, start, end)
    return readObject(open, this.#client.retry, range)
  }

  async readBytes(blob: BlobRef, range: ByteRange): Promise<Buffer | undefined> {
    const body = await this.read(blob, range)
    return body && buffer(body)
  }

  /** Objects are not local files. */
  openFile(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  async stat(storagePath: string): Promise<StoredBlob | undefined> {
    const name = objectAt(this.#bucket, storagePath)
    const object = name === undefined ? undefined : await this.#client.find(name)
    return object && this.#blob(object)
  }

  async remove(blob: BlobRef): Promise<void> {
    const name = this.#objectOfGeneration(blob)
    if (name === undefined) return
    const { generation } = blob
    await this.#client
      .remove(name, { generation, ifGenerationMatch: generation })
      .catch((error: unknown) => {
        // Another generation has replaced this one.
        if (!isTaken(error)) throw error
      })
    await this.#derived.remove({ name, generation })
  }

  async copy(from: BlobRef, storagePath: string): Promise<StoredBlob> {
    const source = this.#objectOfGeneration(from)
    if (source === undefined)
      throw new Error(`${from.storagePath} is not a storage path of this store`)
    const to = this.#objectOf(storagePath)
    try {
      return this.#blob(
        await copyObject(this.#client, { from: source, generation: from.generation, to }),
      )
    } catch (error) {
      throw isTaken(error) ? takenError(storagePath, error) : error
    }
  }

  async openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession> {
    const { sizeBytes, contentType, origin } = options
    const metadata = { contentType, contentLength: sizeBytes }
    const url = await this.#client.openSession(this.#objectOf(storagePath), metadata, origin)
    return this.uploadSession(url)
  }

  async uploadSession(uploadId: string): Promise<UploadSession> {
    return { uploadId, url: uploadId, chunkMultiple }
  }

  async cancelUpload(uploadId: string): Promise<void> {
    if (!uploadId.startsWith(`${this.#client.endpoint.origin}/upload/`)) return
    await cancelSession(uploadId, this.#client.retry)
  }

  async signUrl(blob: BlobRef, options: SignOptions): Promise<string> {
    const name = this.#objectOf(blob.storagePath)
    const { generation } = blob
    const { credentials, endpoint, bucket } = this.#client
    const signed = { ...options, endpoint: endpoint.origin, bucket, name, generation }
    return this.#client.retrying(() => signObjectUrl(credentials, signed))
  }

  async readDerived(blob: BlobRef, name: string): Promise<Buffer | undefined> {
    const source = this.#objectOfGeneration(blob)
    if (source === undefined) return undefined
    return this.#derived.read({ name: source, generation: blob.generation }, name)
  }

  async writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void> {
    const source = this.#objectOfGeneration(blob)
    if (source === undefined) return
    await this.#derived.write({ name: source, generation: blob.generation }, name, bytes)
  }

  async list({ limit, after }: { limit: number; after?: string }): Promise<BlobPage> {
    const { items, nextPageToken } = await this.#client.list({
      prefix: objectPrefix,
      maxResults: Math.min(limit, maxPageLength),
      pageToken: after,
    })
    const blobs = items.map((object) => this.#blob(object))
    return { blobs, ...(nextPageToken !== undefined && { next: nextPageToken }) }
  }

  /** Requests an object that never exists: the cheapest request that checks the bucket, the API and the permission. */
  async check(): Promise<string> {
    await this.#client.find(`${objectPrefix}.health`)
    return `Cloud Storage, bucket ${this.#bucket}`
  }

  /** The blob of the write with this token, if it exists. Undefined on errors, so that the caller throws the error of the write. */
  async #findOwn(name: string, token: string): Promise<StoredBlob | undefined> {
    const { retry } = this.#client
    const found = await this.#client.find(name, withBriefRetry(retry)).catch(() => undefined)
    return found?.metadata?.[writeTokenKey] === token ? this.#blob(found) : undefined
  }

  #blob({ name, generation, size, timeCreated }: GcsObject): StoredBlob {
    const storagePath = storagePathOf(this.#bucket, name)
    return { storagePath, generation, sizeBytes: size, storedAt: timeCreated }
  }

  #objectOf(storagePath: string): string {
    const name = objectAt(this.#bucket, storagePath)
    if (name === undefined) throw new Error(`${storagePath} is not a storage path of this store`)
    return name
  }

  #objectOfGeneration({ storagePath, generation }: BlobRef): string | undefined {
    return /^\d+$/.test(generation) ? objectAt(this.#bucket, storagePath) : undefined
  }
}

function takenError(storagePath: string, cause: unknown): Error {
  return new Error(`${storagePath} already contains a blob; a location is written once`, { cause })
}

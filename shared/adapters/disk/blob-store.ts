import { constants, existsSync } from 'node:fs'
import { copyFile, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { tooLarge } from '../../model/errors.ts'
import type { FileId } from '../../model/ids.ts'
import type {
  BlobFile,
  BlobRef,
  BlobStore,
  ByteRange,
  FinalizeEvent,
  SignOptions,
  StoredBlob,
  UploadOptions,
  UploadSession,
  WriteOptions,
} from '../../ports/blob-store.ts'
import type { ResumableUploads, UploadChunk, UploadStatus } from '../../ports/resumable.ts'
import type { SmallBlobs } from '../../ports/small-blobs.ts'
import { objectName } from '../../model/storage-path.ts'
import type { ReportBadFile } from './bad-files.ts'
import { openBlobFile } from './blob-file.ts'
import { BlobFiles } from './blob-files.ts'
import { assertDerivedName, DiskDerived } from './derived.ts'
import { listBlobs, listSmallFirst, stored } from './list.ts'
import { locationOf, storagePathOf } from './locate.ts'
import { openSecret } from './secret.ts'
import { rangeOf, readBytesOf, readStreamOf, streamOf } from './read-bytes.ts'
import { TemporaryDirectories } from './temporary-directories.ts'
import { DiskUploads } from './uploads.ts'
import { Generations } from './generation.ts'
import { makeDirectory } from '../files/durable.ts'
import { signBlobUrl, verifyBlobUrl, type SignedBlob } from './signed-url.ts'
import { readSmall, storeBody } from './store-body.ts'
import { TooManyBytes } from './write-body.ts'

export interface DiskBlobOptions {
  /** Created if missing. Everything below it must be on one file system. */
  directory: string
  /** The key that signs URLs. Default: a key stored in the directory. */
  secret?: Buffer
  now: () => Date
  /** Called for files of the store that cannot be read and are skipped. */
  report?: ReportBadFile
  /** Queues the finalize event of a new blob. Resolves when the event survives a crash. */
  finalized: (event: FinalizeEvent) => void | Promise<void>
  /** Stores small blobs, and queues their finalize events. Default: each blob is a file. */
  small?: SmallBlobs
}

const ignore = () => undefined

/**
 * Blobs on the local disk: `{directory}/blobs/{workspace}/{fileId}/{generation}/{name}`. `uploads/` contains resumable sessions.
 * `tmp/` contains files that are not visible yet. Several processes may share the directory. With `small`, small blobs are not
 * files. A blob of a resumable session is always a file.
 */
export class DiskBlobStore implements BlobStore, ResumableUploads, AsyncDisposable {
  readonly #blobs: string
  readonly #options: DiskBlobOptions
  readonly #small: SmallBlobs | undefined
  readonly #secret: Buffer
  readonly #temporaries: TemporaryDirectories
  readonly #files: BlobFiles
  readonly #uploads: DiskUploads
  readonly #generations: Generations
  readonly #derived: DiskDerived
  readonly list: BlobStore['list']

  private constructor(
    directory: string,
    options: DiskBlobOptions,
    opened: { secret: Buffer; temporaries: TemporaryDirectories },
  ) {
    this.#blobs = join(directory, 'blobs')
    this.#options = options
    this.#small = options.small
    this.#secret = opened.secret
    this.#temporaries = opened.temporaries
    this.list = listSmallFirst(options.small, listBlobs(this.#blobs))
    this.#generations = new Generations(options.now)
    this.#files = new BlobFiles({
      root: this.#blobs,
      temporaries: opened.temporaries,
      generations: this.#generations,
      finalized: options.finalized,
      isTaken: (storagePath) => options.small?.stat(storagePath) !== undefined,
    })
    const { report = ignore } = options
    this.#derived = new DiskDerived(opened.temporaries, report)
    this.#uploads = new DiskUploads({
      root: join(directory, 'uploads'),
      temporaries: opened.temporaries,
      now: options.now,
      report,
      finish: (staged, storagePath) => this.#files.finish(staged, storagePath),
    })
  }

  static async open(options: DiskBlobOptions): Promise<DiskBlobStore> {
    const directory = resolve(options.directory)
    for (const name of ['blobs', 'uploads']) await makeDirectory(join(directory, name))
    const temporaries = await TemporaryDirectories.open(join(directory, 'tmp'))
    const { report = ignore } = options
    const secret =
      options.secret ?? (await openSecret(join(directory, 'secret'), temporaries, report))
    const store = new DiskBlobStore(directory, options, { secret, temporaries })
    await store.removeStale()
    return store
  }

  locate(workspaceId: string, id: FileId, name: string): string {
    return storagePathOf(objectName(workspaceId, id, name))
  }

  async write(storagePath: string, body: Readable, options: WriteOptions): Promise<StoredBlob> {
    const { maxBytes, beforeCommit } = options
    locationOf(storagePath)
    // An error before the pipeline starts would end the process without a listener. The pipeline reports the error again.
    body.on('error', () => undefined)
    const refused = (error: unknown): never => {
      throw error instanceof TooManyBytes ? tooLarge(maxBytes) : error
    }
    const bytes = await readSmall(body, options).catch(refused)
    if (this.#small && bytes && bytes.length <= this.#small.maxBytes) {
      await beforeCommit?.({ sizeBytes: bytes.length })
      return this.#insert(this.#small, storagePath, bytes)
    }
    return this.#files.store(storagePath, async (path) => {
      const sizeBytes = await storeBody(path, bytes ?? body, options).catch(refused)
      await beforeCommit?.({ sizeBytes })
    })
  }

  async read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined> {
    const bytes = this.#small?.read(blob)
    if (bytes) return streamOf(range ? rangeOf(bytes, range) : bytes)
    const path = this.#files.pathOf(blob)
    return path === undefined ? undefined : readStreamOf(path, range)
  }

  async readBytes(blob: BlobRef, range: ByteRange): Promise<Buffer | undefined> {
    const bytes = this.#small?.read(blob)
    if (bytes) return rangeOf(bytes, range)
    const path = this.#files.pathOf(blob)
    return path === undefined ? undefined : readBytesOf(path, range)
  }

  async openFile(blob: BlobRef): Promise<BlobFile | undefined> {
    const path = this.#files.pathOf(blob)
    return path === undefined ? undefined : openBlobFile(path)
  }

  async stat(storagePath: string): Promise<StoredBlob | undefined> {
    const small = this.#small?.stat(storagePath)
    return small ? stored(small) : this.#files.stat(storagePath)
  }

  async remove(blob: BlobRef): Promise<void> {
    if (!(await this.#small?.remove(blob))) await this.#files.remove(blob)
  }

  async copy(from: BlobRef, storagePath: string): Promise<StoredBlob> {
    const bytes = this.#small?.read(from)
    if (this.#small && bytes) return this.#insert(this.#small, storagePath, bytes)
    const source = this.#files.pathOf(from)
    if (source === undefined)
      throw new Error(`${from.storagePath} is not a storage path of this store`)
    return this.#files.store(storagePath, async (path) => {
      await copyFile(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    })
  }

  openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession> {
    return this.#uploads.open({ storagePath, name: locationOf(storagePath).name, ...options })
  }

  async uploadSession(uploadId: string): Promise<UploadSession> {
    return this.#uploads.session(uploadId)
  }

  append(uploadId: string, chunk: UploadChunk): Promise<UploadStatus> {
    return this.#uploads.append(uploadId, chunk)
  }

  status(uploadId: string, totalBytes?: number): Promise<UploadStatus> {
    return this.#uploads.status(uploadId, totalBytes)
  }

  cancelUpload(uploadId: string): Promise<void> {
    return this.#uploads.cancelUpload(uploadId)
  }

  storagePathOfUpload(uploadId: string): Promise<string | undefined> {
    return this.#uploads.storagePathOf(uploadId)
  }

  async signUrl(blob: BlobRef, options: SignOptions): Promise<string> {
    return signBlobUrl(this.#secret, { ...blob, ...options })
  }

  /** Parses a URL of `signUrl`, absolute or only its path and query, as the client sent it. Throws `forbidden` for any other URL. */
  verifySignedUrl(url: string): SignedBlob {
    return verifyBlobUrl(this.#secret, url, this.#options.now())
  }

  async readDerived(blob: BlobRef, name: string): Promise<Buffer | undefined> {
    const bytes = this.#small?.readDerived(blob, name)
    if (bytes) return bytes
    const file = this.#files.pathOf(blob)
    return file === undefined ? undefined : this.#derived.read(file, name)
  }

  async writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void> {
    assertDerivedName(name)
    if (await this.#small?.writeDerived(blob, name, bytes)) return
    const file = this.#files.pathOf(blob)
    if (file !== undefined) await this.#derived.write(file, name, bytes)
  }

  async check(): Promise<string> {
    await readdir(this.#blobs)
    await this.#temporaries.discard(await this.#temporaries.create())
    return 'disk'
  }

  /** Deletes unfinished writes after 24 hours, and expired sessions. */
  async removeStale(): Promise<void> {
    await this.#temporaries.removeStale(this.#options.now())
    await this.#uploads.removeExpired()
  }

  /** Stops the requests that append to uploads. Keeps the bytes that they have stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#uploads[Symbol.asyncDispose]()
  }

  async #insert(small: SmallBlobs, storagePath: string, bytes: Buffer): Promise<StoredBlob> {
    const event = { storagePath, generation: this.#generations.next() }
    const directory = this.#files.directoryOf(locationOf(storagePath))
    await small.insert(event, bytes, () => {
      if (existsSync(directory)) throw new Error(`${storagePath} already contains a blob`)
    })
    return stored({ ...event, sizeBytes: bytes.length })
  }
}

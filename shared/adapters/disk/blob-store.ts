import { constants, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { copyFile, readdir, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
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
import { objectName } from '../../model/storage-path.ts'
import type { ReportBadFile } from './bad-files.ts'
import { openBlobFile } from './blob-file.ts'
import { DiskDerived } from './derived.ts'
import { blobAt, listBlobs } from './list.ts'
import { parseLocation, storagePathOf, type BlobLocation } from './locate.ts'
import { openSecret } from './secret.ts'
import { readBytesOf, readStreamOf } from './read-bytes.ts'
import { TemporaryDirectories } from './temporary-directories.ts'
import { DiskUploads } from './uploads.ts'
import { Generations, instantOf, isGeneration } from './generation.ts'
import {
  hasCode,
  ifPresent,
  makeDirectory,
  privateDirectory,
  publishDirectory,
} from '../files/durable.ts'
import { signBlobUrl, verifyBlobUrl, type SignedBlob } from './signed-url.ts'
import { storeBody } from './store-body.ts'
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
}

const ignore = () => undefined

/**
 * Blobs on the local disk: `{directory}/blobs/{workspace}/{fileId}/{generation}/{name}`. `uploads/` contains resumable sessions.
 * `tmp/` contains files that are not visible yet. Several processes may share the directory.
 */
export class DiskBlobStore implements BlobStore, ResumableUploads, AsyncDisposable {
  readonly #blobs: string
  readonly #options: DiskBlobOptions
  readonly #secret: Buffer
  readonly #temporaries: TemporaryDirectories
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
    this.#secret = opened.secret
    this.#temporaries = opened.temporaries
    this.list = listBlobs(this.#blobs)
    this.#generations = new Generations(options.now)
    const { report = ignore } = options
    this.#derived = new DiskDerived(opened.temporaries, report)
    this.#uploads = new DiskUploads({
      root: join(directory, 'uploads'),
      temporaries: opened.temporaries,
      now: options.now,
      report,
      finish: (staged, storagePath) => this.#finish(staged, storagePath),
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
    const { maxBytes, signal, beforeCommit } = options
    // An error before the pipeline starts would end the process without a listener. The pipeline reports the error again.
    body.on('error', () => undefined)
    return this.#store(storagePath, async (path) => {
      const sizeBytes = await storeBody(path, body, { maxBytes, signal }).catch(
        (error: unknown) => {
          throw error instanceof TooManyBytes ? tooLarge(maxBytes) : error
        },
      )
      await beforeCommit?.({ sizeBytes })
    })
  }

  async read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined> {
    const path = this.#fileOf(blob)
    return path === undefined ? undefined : readStreamOf(path, range)
  }

  async readBytes(blob: BlobRef, range: ByteRange): Promise<Buffer | undefined> {
    const path = this.#fileOf(blob)
    return path === undefined ? undefined : readBytesOf(path, range)
  }

  async openFile(blob: BlobRef): Promise<BlobFile | undefined> {
    const path = this.#fileOf(blob)
    return path === undefined ? undefined : openBlobFile(path)
  }

  async stat(storagePath: string): Promise<StoredBlob | undefined> {
    const location = parseLocation(storagePath)
    const blob = location && (await blobAt(this.#blobs, location.directory))
    return blob?.storagePath === storagePath ? blob : undefined
  }

  async remove(blob: BlobRef): Promise<void> {
    const file = this.#fileOf(blob)
    if (file === undefined) return
    const generation = dirname(file)
    await this.#temporaries.discard(generation)
    // Keep the directory if it contains another generation.
    await ifPresent(rmdir(dirname(generation))).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  }

  async copy(from: BlobRef, storagePath: string): Promise<StoredBlob> {
    const source = this.#fileOf(from)
    if (source === undefined)
      throw new Error(`${from.storagePath} is not a storage path of this store`)
    return this.#store(storagePath, async (path) => {
      await copyFile(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    })
  }

  openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession> {
    return this.#uploads.open({ storagePath, name: this.#locationOf(storagePath).name, ...options })
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
    const file = this.#fileOf(blob)
    return file === undefined ? undefined : this.#derived.read(file, name)
  }

  async writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void> {
    const file = this.#fileOf(blob)
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

  /** Fills a file in `tmp/`, then makes it visible. Leaves nothing after a failure. */
  async #store(storagePath: string, fill: (path: string) => Promise<unknown>): Promise<StoredBlob> {
    const location = this.#locationOf(storagePath)
    const staged = await this.#temporaries.create()
    try {
      const incoming = join(staged, 'incoming')
      mkdirSync(incoming, privateDirectory)
      await fill(join(incoming, location.name))
      const blob = { storagePath, ...(await this.#publish(staged, location)) }
      try {
        await this.#options.finalized({ storagePath, generation: blob.generation })
      } catch (error) {
        await this.remove(blob)
        throw error
      }
      return blob
    } catch (error) {
      await this.#temporaries.discard(staged)
      throw error
    }
  }

  /** Makes the bytes of a session visible and queues the finalize event. Idempotent, so it can be repeated after a crash. */
  async #finish(staged: string, storagePath: string): Promise<void> {
    const isStaged = (await ifPresent(readdir(staged))) !== undefined
    const blob = isStaged
      ? await this.#publish(staged, this.#locationOf(storagePath))
      : await this.stat(storagePath)
    if (blob) await this.#options.finalized({ storagePath, generation: blob.generation })
  }

  /** Moves `{staged}/{any}/{name}` to its location, as a new generation. */
  async #publish(staged: string, location: BlobLocation): Promise<Omit<StoredBlob, 'storagePath'>> {
    const generation = this.#generations.next()
    const [incoming = ''] = readdirSync(staged)
    renameSync(join(staged, incoming), join(staged, generation))
    const { size } = lstatSync(join(staged, generation, location.name))
    if (!(await publishDirectory(staged, join(this.#blobs, ...location.directory)))) {
      throw new Error(
        `${location.directory.join('/')} already contains a blob; a location is written once`,
      )
    }
    return { generation, sizeBytes: size, storedAt: instantOf(generation) }
  }

  #locationOf(storagePath: string): BlobLocation {
    const location = parseLocation(storagePath)
    if (!location) throw new Error(`${storagePath} is not a storage path of this store`)
    return location
  }

  #fileOf({ storagePath, generation }: BlobRef): string | undefined {
    const location = parseLocation(storagePath)
    if (!location || !isGeneration(generation)) return undefined
    return join(this.#blobs, ...location.directory, generation, location.name)
  }
}

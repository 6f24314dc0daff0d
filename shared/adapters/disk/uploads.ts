import { randomBytes } from 'node:crypto'
import { access, lstat, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { UploadSession } from '../../ports/blob-store.ts'
import type { ResumableUploads, UploadChunk, UploadStatus } from '../../ports/resumable.ts'
import type { ReportBadFile } from './bad-files.ts'
import type { TemporaryDirectories } from './temporary-directories.ts'
import { ifPresent, privateDirectory, privateFile, publishDirectory } from '../files/durable.ts'
import { TakeoverLock } from './takeover-lock.ts'
import { receiveChunk } from './receive-chunk.ts'

interface DiskUploadsOptions {
  root: string
  temporaries: TemporaryDirectories
  now: () => Date
  report: ReportBadFile
  /** Makes `{staged}/{any}/{name}` visible at a storage path and queues its event. Idempotent. */
  finish: (staged: string, storagePath: string) => Promise<void>
}

/**
 * Cloud Storage requires a multiple of this size for every chunk except the last. This store accepts any size, and reports the
 * same number so that one client works with both stores.
 */
const chunkMultiple = 256 * 1024

const uploadIdBytes = 32
const uploadIdPattern = /^[0-9a-f]{64}$/

const sessionSchema = z.strictObject({
  storagePath: z.string(),
  sizeBytes: z.int().nonnegative(),
  expiresAt: z.iso.datetime(),
})
type Session = z.infer<typeof sessionSchema>

/** The longest lifetime of a session: the largest value of `UPLOAD_EXPIRY_HOURS` (7 days) plus one day. */
const longestSessionMs = 8 * 24 * 3600 * 1000

/**
 * Resumable sessions. Each is a directory with:
 * - `session.json`.
 * - `blob/incoming/{name}`: the bytes received so far, until the blob is published.
 * - `complete`: present once the finalize event is queued.
 *
 * After a crash between any two steps, the next request continues.
 */
export class DiskUploads implements ResumableUploads, AsyncDisposable {
  readonly #options: DiskUploadsOptions
  readonly #requests = new TakeoverLock()

  constructor(options: DiskUploadsOptions) {
    this.#options = options
  }

  async open(upload: {
    storagePath: string
    name: string
    sizeBytes: number
    expiresAt: Date
  }): Promise<UploadSession> {
    const { temporaries } = this.#options
    const uploadId = randomBytes(uploadIdBytes).toString('hex')
    const session: Session = {
      storagePath: upload.storagePath,
      sizeBytes: upload.sizeBytes,
      expiresAt: upload.expiresAt.toISOString(),
    }
    const staged = await temporaries.create()
    try {
      const incoming = join(staged, 'blob', 'incoming')
      await mkdir(incoming, { recursive: true, mode: privateDirectory })
      await writeFile(join(incoming, upload.name), '', { mode: privateFile })
      await writeFile(join(staged, 'session.json'), JSON.stringify(session), { mode: privateFile })
      await publishDirectory(staged, this.#directory(uploadId))
    } catch (error) {
      await temporaries.discard(staged)
      throw error
    }
    return this.session(uploadId)
  }

  session(uploadId: string): UploadSession {
    return { uploadId, url: `/api/workspace/uploads/${uploadId}`, chunkMultiple }
  }

  append(uploadId: string, chunk: UploadChunk): Promise<UploadStatus> {
    // An error before the body is read would end the process without a listener. Reading the body reports the error again.
    chunk.body.on('error', () => undefined)
    return this.#requests.run(uploadId, async (signal) => {
      const session = await this.#find(uploadId, chunk.totalBytes)
      const end = chunk.firstByte + (chunk.sizeBytes ?? session.sizeBytes - chunk.firstByte)
      if (end > session.sizeBytes || chunk.firstByte > session.sizeBytes) {
        throw invalid('Content-Range', `the upload was opened for ${session.sizeBytes} bytes`)
      }
      const path = await this.#stagedFile(uploadId)
      if (path === undefined) return this.#finish(uploadId, session)
      await using file = await open(path, 'r+')
      const storedBytes = await receiveChunk(file, chunk, { end, signal })
      return storedBytes === session.sizeBytes
        ? await this.#finish(uploadId, session)
        : { storedBytes, isComplete: false }
    })
  }

  async status(uploadId: string, totalBytes?: number): Promise<UploadStatus> {
    const session = await this.#find(uploadId, totalBytes)
    const path = await this.#stagedFile(uploadId)
    const stagedBytes = path === undefined ? undefined : await ifPresent(syncedBytes(path))
    const storedBytes = stagedBytes ?? session.sizeBytes
    const isWhole = storedBytes === session.sizeBytes && (storedBytes > 0 || totalBytes === 0)
    if (stagedBytes !== undefined && !isWhole) return { storedBytes, isComplete: false }
    return this.#requests.run(uploadId, () => this.#finish(uploadId, session))
  }

  /** The storage path of a session. Undefined for an unknown, cancelled or expired session. */
  async storagePathOf(uploadId: string): Promise<string | undefined> {
    return (await this.#read(uploadId))?.storagePath
  }

  async cancelUpload(uploadId: string): Promise<void> {
    if (!uploadIdPattern.test(uploadId)) return
    await this.#requests.run(uploadId, () =>
      this.#options.temporaries.discard(this.#directory(uploadId)),
    )
  }

  /**
   * Deletes expired sessions and directories without a session. Keeps a session that cannot be read, for example of a newer
   * version, for as long as a session can be open.
   */
  async removeExpired(): Promise<void> {
    for (const uploadId of await readdir(this.#options.root)) {
      try {
        const session = await this.#parse(uploadId)
        if (!this.#isOpen(session)) await this.cancelUpload(uploadId)
      } catch (error) {
        const path = this.#sessionFile(uploadId)
        this.#options.report(path, error)
        const file = await lstat(path).catch(() => undefined)
        const ageMs = this.#options.now().getTime() - (file?.mtimeMs ?? Infinity)
        if (ageMs > longestSessionMs) await this.cancelUpload(uploadId)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#requests[Symbol.asyncDispose]()
  }

  async #finish(uploadId: string, session: Session): Promise<UploadStatus> {
    const marker = join(this.#directory(uploadId), 'complete')
    const isComplete = (await ifPresent(access(marker).then(() => true))) ?? false
    if (!isComplete) {
      await this.#options.finish(join(this.#directory(uploadId), 'blob'), session.storagePath)
      await writeFile(marker, '', { mode: privateFile })
    }
    return { storedBytes: session.sizeBytes, isComplete: true }
  }

  /** The path of the bytes received so far. Undefined once the blob is published. */
  async #stagedFile(uploadId: string): Promise<string | undefined> {
    const staged = join(this.#directory(uploadId), 'blob')
    const [directory] = (await ifPresent(readdir(staged))) ?? []
    if (directory === undefined) return undefined
    const [name] = (await ifPresent(readdir(join(staged, directory)))) ?? []
    return name === undefined ? undefined : join(staged, directory, name)
  }

  async #find(uploadId: string, totalBytes: number | undefined): Promise<Session> {
    const session = await this.#read(uploadId)
    if (!session) {
      throw new WorkspaceError(
        'not-found',
        'There is no such upload, or it was cancelled or has expired. Open a new one with POST /api/workspace/uploads.',
      )
    }
    if (totalBytes !== undefined && totalBytes !== session.sizeBytes) {
      throw invalid(
        'Content-Range',
        `names a file of ${totalBytes} bytes; the upload was opened for ${session.sizeBytes}`,
      )
    }
    return session
  }

  /** The session if it is open. Reports a session that cannot be read, and resolves to undefined. */
  async #read(uploadId: string): Promise<Session | undefined> {
    try {
      const session = await this.#parse(uploadId)
      return this.#isOpen(session) ? session : undefined
    } catch (error) {
      this.#options.report(this.#sessionFile(uploadId), error)
      return undefined
    }
  }

  /** Undefined if there is no session. Throws if the session cannot be read. */
  async #parse(uploadId: string): Promise<Session | undefined> {
    if (!uploadIdPattern.test(uploadId)) return undefined
    const json = await ifPresent(readFile(this.#sessionFile(uploadId), 'utf8'))
    if (json === undefined) return undefined
    const session = sessionSchema.safeParse(parseJson(json))
    if (session.success) return session.data
    throw new Error('it is not a session of this version')
  }

  #isOpen(session: Session | undefined): session is Session {
    return session !== undefined && this.#options.now() < new Date(session.expiresAt)
  }

  #sessionFile(uploadId: string): string {
    return join(this.#directory(uploadId), 'session.json')
  }

  #directory(uploadId: string): string {
    return join(this.#options.root, uploadId)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Syncs a file, and returns its size before the sync. A request may be appending to it. */
async function syncedBytes(path: string): Promise<number> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  if (size > 0) await file.datasync()
  return size
}

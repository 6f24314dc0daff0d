import type { Readable } from 'node:stream'
import { Storage, type Bucket, type StorageOptions } from '@google-cloud/storage'
import { gaxios, type GoogleAuth } from 'google-auth-library'
import { adaptToEmulator, emulatorAuth } from './emulator.ts'
import { isMissing, setupError } from './errors.ts'
import { parseObject, type GcsObject } from './object.ts'
import type { GcsBody } from './read.ts'
import { defaultRetry, retried, TransientError, unstalled, type RetryOptions } from './retry.ts'
import { pieceBytes, wholePieceBytes } from './write.ts'

const partialContent = 206

export interface GcsOptions {
  bucket: string
  projectId?: string
  /** Default: Application Default Credentials. If they contain no key, IAM signs URLs. */
  auth?: GoogleAuth
  /** The endpoint of IAM for signatures. Default: Google's. */
  signingEndpoint?: string
  retry?: Partial<RetryOptions>
}

/**
 * The official client for one bucket, with time limits and retries. The official client's requests have no time limit, and one
 * call can disable its retries for all calls.
 */
export class GcsClient {
  readonly bucket: Bucket
  readonly retry: RetryOptions
  /** Bytes that an upload sends in one request. */
  readonly pieceBytes: number
  readonly #storage: Storage

  private constructor(storage: Storage, { bucket, retry }: GcsOptions, piece: number) {
    this.#storage = storage
    this.pieceBytes = piece
    this.bucket = storage.bucket(bucket)
    this.retry = { ...defaultRetry, ...retry }
  }

  /** Makes no network requests, except to the emulator at `STORAGE_EMULATOR_HOST`, if set. */
  static async open(options: GcsOptions): Promise<GcsClient> {
    const { projectId, auth, bucket } = options
    const clientOptions: StorageOptions = {
      retryOptions: { autoRetry: false },
      ...(projectId !== undefined && { projectId }),
      ...(auth && { authClient: auth }),
    }
    let storage = new Storage(clientOptions)
    if (!storage.customEndpoint) return new GcsClient(storage, options, pieceBytes)
    if (!auth) storage = new Storage({ ...clientOptions, authClient: await emulatorAuth() })
    const { isFirebase } = await adaptToEmulator(storage, bucket)
    return new GcsClient(storage, options, isFirebase ? wholePieceBytes : pieceBytes)
  }

  get endpoint(): string {
    return this.#storage.apiEndpoint
  }

  /**
   * Sends a request with retries. Throws `store-unavailable` after the last attempt. An error that the operator can correct
   * names the command.
   */
  async retrying<T>(
    request: (stallMs: number) => Promise<T>,
    retry: RetryOptions = this.retry,
  ): Promise<T> {
    try {
      return await retried(retry, (stallMs) => unstalled(stallMs, request(stallMs)))
    } catch (error) {
      throw this.explained(error)
    }
  }

  /** Like `retrying`, but undefined if the object does not exist. Throws if the bucket does not exist. */
  async unlessMissing<T>(
    request: (stallMs: number) => Promise<T>,
    retry = this.retry,
  ): Promise<T | undefined> {
    const known = (stallMs: number) =>
      request(stallMs).catch((error: unknown) => {
        if (isMissing(error) && this.explained(error) === error) return undefined
        throw error
      })
    return this.retrying(known, retry)
  }

  explained(error: unknown): unknown {
    return setupError(this.bucket.name, error) ?? error
  }

  async find(name: string, retry = this.retry): Promise<GcsObject | undefined> {
    const file = this.bucket.file(name)
    return this.unlessMissing(async () => parseObject((await file.getMetadata())[0]), retry)
  }

  /** Opens a resumable session, and returns its URI. Finishing it fails if the object exists. */
  async openSession(
    name: string,
    metadata: Record<string, unknown>,
    origin?: string,
  ): Promise<string> {
    const file = this.bucket.file(name)
    const [url] = await this.retrying(() =>
      file.createResumableUpload({
        metadata,
        preconditionOpts: { ifGenerationMatch: 0 },
        ...(origin !== undefined && { origin }),
      }),
    )
    return url
  }

  /** Opens one generation (default: the live one) from a byte to `end` (inclusive; default: the last byte). */
  async openBody(
    object: { name: string; generation?: string },
    start: number,
    end: number | undefined,
  ): Promise<GcsBody | undefined> {
    const { name, generation } = object
    const isWhole = start === 0 && end === undefined
    return this.unlessMissing(async (stallMs) => {
      const { data, headers, status } = await this.#request<Readable>(stallMs, {
        url: `${this.#storage.baseUrl}/b/${this.bucket.name}/o/${encodeURIComponent(name)}`,
        params: { alt: 'media', ...(generation !== undefined && { generation }) },
        headers: {
          'Accept-Encoding': 'identity',
          ...(!isWhole && { Range: `bytes=${start}-${end ?? ''}` }),
        },
        responseType: 'stream',
      })
      // An error before the body is read would end the process without a listener. Reading the body reports the error again.
      data.on('error', () => undefined)
      if (!isWhole && status !== partialContent) {
        data.destroy()
        throw new TransientError('Cloud Storage answered a range request with the whole object')
      }
      return { stream: data, headers }
    })
  }

  /** Sends a request with the official client's authorization. The time limit covers the response headers, not the body. */
  async #request<T>(
    stallMs: number,
    options: gaxios.GaxiosOptions,
  ): Promise<gaxios.GaxiosResponse<T>> {
    const stalled = new AbortController()
    const timer = setTimeout(() => stalled.abort(), stallMs)
    const request = { ...options, signal: stalled.signal }
    try {
      return this.#storage.customEndpoint
        ? await gaxios.request<T>(request)
        : await this.#storage.authClient.request<T>(request)
    } finally {
      clearTimeout(timer)
    }
  }
}

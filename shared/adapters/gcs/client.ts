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
  /** By default Application Default Credentials; without a key in them URLs are signed by IAM. */
  auth?: GoogleAuth
  /** Where IAM signs; by default Google's own. */
  signingEndpoint?: string
  retry?: Partial<RetryOptions>
}

/**
 * The official client of one bucket, with patience of our own: the client's requests have no time limit, and its retries
 * share one switch that any call may turn off for all.
 */
export class GcsClient {
  readonly bucket: Bucket
  readonly retry: RetryOptions
  /** How many bytes an upload sends at once. */
  readonly pieceBytes: number
  readonly #storage: Storage

  private constructor(storage: Storage, { bucket, retry }: GcsOptions, piece: number) {
    this.#storage = storage
    this.pieceBytes = piece
    this.bucket = storage.bucket(bucket)
    this.retry = { ...defaultRetry, ...retry }
  }

  /** Asks nothing of the network, but of the emulator that `STORAGE_EMULATOR_HOST` leads the official client to. */
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
   * Repeats a request as the retry strategy says; throws `store-unavailable` when its attempts are used up. An error that
   * the operator can correct names the command.
   */
  async patiently<T>(
    request: (stallMs: number) => Promise<T>,
    retry: RetryOptions = this.retry,
  ): Promise<T> {
    try {
      return await retried(retry, (stallMs) => unstalled(stallMs, request(stallMs)))
    } catch (error) {
      throw this.explained(error)
    }
  }

  /** As `patiently`; undefined where there is no such object. Throws where there is no bucket. */
  async unlessMissing<T>(
    request: (stallMs: number) => Promise<T>,
    retry = this.retry,
  ): Promise<T | undefined> {
    const known = (stallMs: number) =>
      request(stallMs).catch((error: unknown) => {
        if (isMissing(error) && this.explained(error) === error) return undefined
        throw error
      })
    return this.patiently(known, retry)
  }

  explained(error: unknown): unknown {
    return setupError(this.bucket.name, error) ?? error
  }

  async find(name: string, retry = this.retry): Promise<GcsObject | undefined> {
    const file = this.bucket.file(name)
    return this.unlessMissing(async () => parseObject((await file.getMetadata())[0]), retry)
  }

  /** The URI of a new resumable session, for an object that must not be there yet when it is finished. */
  async openSession(
    name: string,
    metadata: Record<string, unknown>,
    origin?: string,
  ): Promise<string> {
    const file = this.bucket.file(name)
    const [url] = await this.patiently(() =>
      file.createResumableUpload({
        metadata,
        preconditionOpts: { ifGenerationMatch: 0 },
        ...(origin !== undefined && { origin }),
      }),
    )
    return url
  }

  /** One generation, or the live one, from a byte on, to `end` (inclusive) or its own end. */
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
      // Its reader finds an error that came before it began; with nobody listening it would end the process.
      data.on('error', () => undefined)
      if (!isWhole && status !== partialContent) {
        data.destroy()
        throw new TransientError('Cloud Storage answered the whole object in place of a range')
      }
      return { stream: data, headers }
    })
  }

  /** A request of ours with the official client's authorization. The time limit is for the head of the answer. */
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

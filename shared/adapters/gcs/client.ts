import { applicationDefaultCredentials } from '../google/application-default.ts'
import type { GoogleCredentials } from '../google/credentials.ts'
import { jsonOf, TransientError } from '../google/http.ts'
import { emulatorCredentials, emulatorEndpoint, googleEndpoint, type Endpoint } from './endpoint.ts'
import { once } from '../../concurrency/once.ts'
import { isMissing, setupError } from './errors.ts'
import { listPage, openBucket } from './list.ts'
import { parseObject, type GcsObject, type GcsPage } from './object.ts'
import type { GcsBody } from './read.ts'
import { objectPath, sendRequest, type ApiRequest, type Query } from './request.ts'
import { defaultRetry, retried, type RetryOptions } from './retry.ts'
import { multipartRelated } from './multipart-related.ts'
import { withChecksum } from './session.ts'
import { pieceBytes, wholePieceBytes } from './write.ts'

const partialContent = 206

export interface GcsOptions {
  bucket: string
  /** The value of `STORAGE_EMULATOR_HOST`. Default: Google's service. */
  emulatorHost?: string | undefined
  /** Default: Application Default Credentials, and none for an emulator. */
  credentials?: GoogleCredentials
  retry?: Partial<RetryOptions>
}

/**
 * The JSON API of Cloud Storage (https://cloud.google.com/storage/docs/json_api) for one bucket, with time limits and retries.
 * The official client takes as long to load as three small functions (docs/decisions/google-apis-by-http.md).
 */
export class GcsClient {
  readonly bucket: string
  readonly retry: RetryOptions
  readonly endpoint: Endpoint
  readonly credentials: GoogleCredentials
  readonly #openBucket = once(() => openBucket(this.bucket, this.endpoint))

  private constructor(
    { bucket, retry }: GcsOptions,
    endpoint: Endpoint,
    credentials: GoogleCredentials,
  ) {
    this.bucket = bucket
    this.retry = { ...defaultRetry, ...retry }
    this.endpoint = endpoint
    this.credentials = credentials
  }

  /** Makes no network requests, except to an emulator. */
  static async open(options: GcsOptions): Promise<GcsClient> {
    const { bucket, emulatorHost, credentials } = options
    if (emulatorHost === undefined) {
      return new GcsClient(options, googleEndpoint, credentials ?? applicationDefaultCredentials())
    }
    const endpoint = await emulatorEndpoint(emulatorHost, bucket)
    return new GcsClient(options, endpoint, credentials ?? emulatorCredentials)
  }

  /** Bytes that an upload sends in one request. */
  get pieceBytes(): number {
    return this.endpoint.isFirebase ? wholePieceBytes : pieceBytes
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
      return await retried(retry, request)
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
    return setupError(this.bucket, error) ?? error
  }

  /** The live generation of an object, by default in the bucket of this client. */
  async find(
    name: string,
    retry = this.retry,
    bucket = this.bucket,
  ): Promise<GcsObject | undefined> {
    return this.unlessMissing(async (stallMs) => {
      return parseObject(await this.json(stallMs, objectPath(bucket, name)))
    }, retry)
  }

  /** Deletes a generation (default: the live one). Undefined if it does not exist. */
  async remove(name: string, query: Query = {}): Promise<void> {
    await this.unlessMissing(async (stallMs) => {
      const response = await sendRequest(this, stallMs, objectPath(this.bucket, name), {
        method: 'DELETE',
        query,
      })
      response.body.resume()
    })
  }

  async list(query: Query): Promise<GcsPage> {
    return this.retrying(async (stallMs) => listPage(await this.#openBucket(), query, stallMs))
  }

  /** Opens a resumable session, and returns its URI. Finishing it fails if the object exists. */
  async openSession(
    name: string,
    { contentType, contentLength, metadata }: SessionOptions,
    origin?: string,
  ): Promise<string> {
    const headers = {
      ...(contentType !== undefined && { 'X-Upload-Content-Type': contentType }),
      ...(contentLength !== undefined && { 'X-Upload-Content-Length': `${contentLength}` }),
      ...(origin !== undefined && { Origin: origin }),
    }
    return this.retrying(async (stallMs) => {
      const { headers: answered, body } = await sendRequest(this, stallMs, `/b/${this.bucket}/o`, {
        method: 'POST',
        isUpload: true,
        query: { name, uploadType: 'resumable', ifGenerationMatch: 0 },
        headers,
        json: { contentType, metadata },
      })
      body.resume()
      if (answered.location !== undefined) return answered.location
      throw new TransientError('Cloud Storage opened a session without a URI')
    })
  }

  /**
   * Stores an object in one request, with retries. Fails if the object exists, also after an attempt that succeeded without a
   * response. Throws if the bytes have another CRC32C.
   */
  async insert(
    name: string,
    { contentType, metadata }: Pick<SessionOptions, 'contentType' | 'metadata'>,
    { bytes, crc32c, signal }: { bytes: Buffer; crc32c: string; signal?: AbortSignal | undefined },
  ): Promise<GcsObject> {
    const { body, headers } = multipartRelated({ contentType, metadata, crc32c }, bytes)
    const insert = (stallMs: number) =>
      this.json(stallMs, `/b/${this.bucket}/o`, {
        method: 'POST',
        isUpload: true,
        query: { name, uploadType: 'multipart', ifGenerationMatch: 0 },
        headers,
        body,
        ...(signal && { signal }),
      })
    return withChecksum(parseObject(await retried(this.retry, insert, signal)), crc32c)
  }

  /** Opens one generation (default: the live one) from a byte to `end` (inclusive; default: the last byte). */
  async openBody(
    { name, generation }: { name: string; generation?: string },
    start: number,
    end: number | undefined,
  ): Promise<GcsBody | undefined> {
    const isWhole = start === 0 && end === undefined
    return this.unlessMissing(async (stallMs) => {
      const { body, headers, status } = await sendRequest(
        this,
        stallMs,
        objectPath(this.bucket, name),
        {
          query: { alt: 'media', generation },
          headers: isWhole ? {} : { Range: `bytes=${start}-${end ?? ''}` },
        },
      )
      // Handle an error before the body is read, which reports it again. Without a listener it would end the process.
      body.on('error', () => undefined)
      if (!isWhole && status !== partialContent) {
        body.destroy()
        throw new TransientError('Cloud Storage answered a range request with the whole object')
      }
      return { stream: body, headers }
    })
  }

  /** Sends a request, and returns the JSON of its response. The time limit covers both. */
  async json(stallMs: number, path: string, request: ApiRequest = {}): Promise<unknown> {
    const signals = [AbortSignal.timeout(stallMs), ...(request.signal ? [request.signal] : [])]
    const signal = AbortSignal.any(signals)
    return jsonOf(await sendRequest(this, stallMs, path, { ...request, signal }))
  }
}

interface SessionOptions {
  contentType?: string
  contentLength?: number
  metadata?: Record<string, string>
}

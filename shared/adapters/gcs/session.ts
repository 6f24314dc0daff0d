import { text } from 'node:stream/consumers'
import { HttpError, isSuccess, jsonOf, send, TransientError } from '../google/http.ts'
import type { WorkspaceError } from '../../model/errors.ts'
import { parseObject, type GcsObject } from './object.ts'
import { retried, unavailable, type RetryOptions } from './retry.ts'

/** The size of every chunk except the last is a multiple of this number of bytes. */
export const chunkMultiple = 256 * 1024

const resumeIncomplete = 308
/** Cloud Storage has ended the session. The upload must start again at its first byte. */
const endedStatuses = new Set([404, 410])

/** The stored object has a wrong checksum and is visible. Cloud Storage prevents this with `X-Goog-Hash`. An emulator may not. */
export class WrongChecksum extends Error {
  override readonly name = 'WrongChecksum'
}

/** Returns the object. Throws if it has another CRC32C. */
export function withChecksum(object: GcsObject, crc32c: string): GcsObject {
  if (object.crc32c === undefined || object.crc32c === crc32c) return object
  throw new WrongChecksum(`Cloud Storage stored bytes of CRC32C ${object.crc32c}, not ${crc32c}`)
}

/**
 * One resumable upload of a stream that cannot be read again:
 * https://cloud.google.com/storage/docs/performing-resumable-uploads. The session URI is its own authorization.
 */
export class GcsSession {
  readonly #url: string
  readonly #retry: RetryOptions
  readonly #signal: AbortSignal | undefined
  /** The bytes that Cloud Storage reports as received. */
  #storedBytes = 0
  /** The bytes before the next piece. */
  #sentBytes = 0

  constructor(url: string, { retry, signal }: { retry: RetryOptions; signal?: AbortSignal }) {
    this.#url = url
    this.#retry = retry
    this.#signal = signal
  }

  /** Sends a piece whose length is a multiple of `chunkMultiple`. Resolves when Cloud Storage has received all of it. */
  async send(piece: Buffer): Promise<void> {
    const object = await this.#deliver(piece, '*')
    if (object) raise('Cloud Storage finished an upload before its last byte')
    this.#sentBytes += piece.length
  }

  /** Sends the last piece, which makes the object visible. Throws if the bytes have another CRC32C. */
  async finish(piece: Buffer, crc32c: string): Promise<GcsObject> {
    const total = this.#sentBytes + piece.length
    const object = await this.#deliver(piece, total, { 'X-Goog-Hash': `crc32c=${crc32c}` })
    return withChecksum(
      object ?? raise('Cloud Storage received the last byte of an upload but did not finish it'),
      crc32c,
    )
  }

  /** Sends a piece with retries. After a failure, first requests the status, then sends the missing bytes. */
  #deliver(
    piece: Buffer,
    total: number | '*',
    headers: Record<string, string> = {},
  ): Promise<GcsObject | undefined> {
    const end = this.#sentBytes + piece.length
    const isLast = total !== '*'
    let isUnsure = false
    const step = async (stallMs: number) => {
      const put = (body: Buffer, range: string) =>
        this.#put(body, stallMs, { ...headers, 'Content-Range': range })
      if (isUnsure) {
        const object = await put(Buffer.alloc(0), `bytes */${total}`)
        if (object) return object
      }
      isUnsure = true
      for (;;) {
        if (!isLast && this.#storedBytes >= end) return undefined
        const before = this.#storedBytes
        const rest = piece.subarray(before - this.#sentBytes)
        const range = before < end ? `bytes ${before}-${end - 1}/${total}` : `bytes */${total}`
        const object = await put(rest, range)
        if (object) return object
        if (this.#storedBytes === before)
          throw new TransientError('Cloud Storage stored none of the bytes')
      }
    }
    return retried(this.#retry, step, this.#signal)
  }

  /** Sends one request. Resolves to the object if the upload is complete, else to undefined. */
  async #put(
    body: Buffer,
    stallMs: number,
    headers: Record<string, string>,
  ): Promise<GcsObject | undefined> {
    const stalled = AbortSignal.timeout(stallMs)
    const response = await send(this.#url, {
      method: 'PUT',
      body,
      headers,
      signal: this.#signal ? AbortSignal.any([this.#signal, stalled]) : stalled,
    })
    if (isSuccess(response)) return parseObject(await jsonOf(response))
    const content = await text(response.body)
    if (endedStatuses.has(response.status)) throw lost(`answered ${response.status} to the session`)
    if (response.status !== resumeIncomplete) throw new HttpError(response, content)
    this.#storedBytes = storedBytes(response.headers['range'])
    if (this.#storedBytes < this.#sentBytes) throw lost('lost bytes that it had received')
    return undefined
  }
}

/**
 * Cancels a session of `openUpload`. Cloud Storage answers 499. Ignores an unknown or finished session, and an emulator that
 * does not support cancelling (501).
 */
export async function cancelSession(url: string, retry: RetryOptions): Promise<void> {
  await retried(retry, async (stallMs) => {
    const signal = AbortSignal.timeout(stallMs)
    const response = await send(url, { method: 'DELETE', body: '', signal })
    const content = await text(response.body)
    const { status } = response
    if ((status >= 500 && status !== 501) || status === 408 || status === 429) {
      throw new HttpError(response, content)
    }
  })
}

/** The number of received bytes from `Range: bytes=0-42`. 0 without the field. */
function storedBytes(range: string | undefined): number {
  const last = /^bytes=0-(\d+)$/.exec(range ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}

/** The error for an upload that cannot continue, because the earlier bytes are no longer in memory. The caller must start again. */
function lost(reason: string): WorkspaceError {
  return unavailable(new Error(`Cloud Storage ${reason}`))
}

function raise(message: string): never {
  throw new Error(message)
}

import { gaxios } from 'google-auth-library'
import type { WorkspaceError } from '../../model/errors.ts'
import { parseObject, type GcsObject } from './object.ts'
import { retried, TransientError, unavailable, type RetryOptions } from './retry.ts'

/** Every chunk but the last is a multiple of this many bytes. */
export const chunkMultiple = 256 * 1024

const resumeIncomplete = 308
/** A session that Cloud Storage has ended, whose upload begins again at its first byte. */
const endedStatuses = new Set([404, 410])

/** Bytes changed on the way, and are visible: Cloud Storage checks `X-Goog-Hash`, what stands in for it may not. */
export class WrongChecksum extends Error {
  override readonly name = 'WrongChecksum'
}

/**
 * One resumable upload of bytes that come once and cannot be asked for again:
 * https://cloud.google.com/storage/docs/performing-resumable-uploads. The session URI is its own authorization.
 */
export class GcsSession {
  readonly #url: string
  readonly #retry: RetryOptions
  readonly #signal: AbortSignal | undefined
  /** What Cloud Storage says it holds. */
  #heldBytes = 0
  /** What it must hold when the next piece begins. */
  #sentBytes = 0

  constructor(url: string, { retry, signal }: { retry: RetryOptions; signal?: AbortSignal }) {
    this.#url = url
    this.#retry = retry
    this.#signal = signal
  }

  /** Sends a piece of a multiple of `chunkMultiple` bytes; once it resolves, all of it is held. */
  async send(piece: Buffer): Promise<void> {
    const object = await this.#deliver(piece, '*')
    if (object) raise('Cloud Storage finished an upload before its last byte')
    this.#sentBytes += piece.length
  }

  /** Sends the last piece and makes the object visible, unless the bytes have another CRC32C. */
  async finish(piece: Buffer, crc32c: string): Promise<GcsObject> {
    const total = this.#sentBytes + piece.length
    const object = await this.#deliver(piece, total, { 'X-Goog-Hash': `crc32c=${crc32c}` })
    if (object?.crc32c === undefined || object.crc32c === crc32c) {
      return object ?? raise('Cloud Storage took the last byte of an upload and did not finish it')
    }
    throw new WrongChecksum(`Cloud Storage stored bytes of CRC32C ${object.crc32c}, not ${crc32c}`)
  }

  /** After a failure asks first what has arrived (it may be everything), then sends what has not. */
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
        if (!isLast && this.#heldBytes >= end) return undefined
        const before = this.#heldBytes
        const rest = piece.subarray(before - this.#sentBytes)
        const range = before < end ? `bytes ${before}-${end - 1}/${total}` : `bytes */${total}`
        const object = await put(rest, range)
        if (object) return object
        if (this.#heldBytes === before) throw new TransientError('Cloud Storage kept nothing')
      }
    }
    return retried(this.#retry, step, this.#signal)
  }

  /** The object, once it is complete; undefined while more is to come. */
  async #put(
    body: Buffer,
    stallMs: number,
    headers: Record<string, string>,
  ): Promise<GcsObject | undefined> {
    const answer = await gaxios.request<unknown>({
      url: this.#url,
      method: 'PUT',
      body,
      headers,
      timeout: stallMs,
      ...(this.#signal && { signal: this.#signal }),
      responseType: 'json',
      validateStatus: (status) =>
        status < 300 || status === resumeIncomplete || endedStatuses.has(status),
    })
    if (endedStatuses.has(answer.status)) throw lost(`answered ${answer.status} to the session`)
    if (answer.status !== resumeIncomplete) return parseObject(answer.data)
    this.#heldBytes = heldBytes(answer.headers.get('Range'))
    if (this.#heldBytes < this.#sentBytes) throw lost('lost bytes that it had held')
    return undefined
  }
}

/**
 * Ends a session of `openUpload`. Cloud Storage answers 499; a session that is unknown, finished or gone is no error, nor is
 * an emulator that cannot (501): there a session ends by itself.
 */
export async function cancelSession(url: string, retry: RetryOptions): Promise<void> {
  await retried(retry, (stallMs) =>
    gaxios.request({
      url,
      method: 'DELETE',
      headers: { 'Content-Length': '0' },
      timeout: stallMs,
      responseType: 'text',
      validateStatus: (status) =>
        (status < 500 || status === 501) && status !== 408 && status !== 429,
    }),
  )
}

/** How many bytes from the start a `Range: bytes=0-42` says are held; without one, none. */
function heldBytes(range: string | null): number {
  const last = /^bytes=0-(\d+)$/.exec(range ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}

/** The bytes that were sent are gone from here: only the caller can send them again. */
function lost(reason: string): WorkspaceError {
  return unavailable(new Error(`Cloud Storage ${reason}`))
}

function raise(message: string): never {
  throw new Error(message)
}

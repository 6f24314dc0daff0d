import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { ByteRange } from '../../ports/blob-store.ts'
import { Crc32c } from './crc32c.ts'
import { isTransient, pauseMs, TransientError, unavailable, type RetryOptions } from './retry.ts'

/** Part of one generation, as it comes. */
export interface GcsBody {
  stream: Readable
  headers: Headers
}

/** Opens one generation from a byte on, to `end` (inclusive) or its own end; undefined where there is none. */
export type OpenBody = (start: number, end: number | undefined) => Promise<GcsBody | undefined>

/** A body that delivered so much since its last failure has all its attempts again. */
const progressBytes = 256 * 1024

/**
 * A generation's bytes as one stream. Cut off or stalled, it goes on where it was: a generation never changes. Read
 * whole, it ends with an error unless its CRC32C is the one that Cloud Storage has for it.
 */
export async function readObject(
  open: OpenBody,
  retry: RetryOptions,
  range?: ByteRange,
): Promise<Readable | undefined> {
  const start = range?.start ?? 0
  let body = await open(start, range?.end)
  if (!body) return undefined
  const end = range ? range.end + 1 : sizeOf(body.headers)
  const expected = range ? undefined : crc32cOf(body.headers)

  async function* bytes(): AsyncGenerator<Buffer> {
    const crc32c = new Crc32c()
    let position = start
    let failures = 0
    let failedAt = start
    for (;;) {
      let fault: unknown = new TransientError('Cloud Storage ended the body before its end')
      try {
        for await (const chunk of chunks(body ?? gone(), retry)) {
          position += chunk.length
          crc32c.update(chunk)
          yield chunk
        }
      } catch (error) {
        fault = error
      }
      if (position >= end) break
      if (!isTransient(fault)) throw fault
      if (position - failedAt >= progressBytes) failures = 0
      failures += 1
      failedAt = position
      if (failures >= retry.attempts) throw unavailable(fault)
      await delay(pauseMs(retry, failures, fault))
      body = await open(position, range?.end)
    }
    if (position > end || (expected !== undefined && expected !== crc32c.toString())) {
      throw new Error('The bytes from Cloud Storage do not have the CRC32C that it has for them')
    }
  }
  const reader = Readable.from(bytes(), { objectMode: false })
  // A reader that is destroyed before it was ever read never enters the generator.
  reader.once('close', () => body?.stream.destroy())
  return reader
}

/** The body's chunks; waiting for one longer than `stallMs` ends the body. A slow reader is no stall. */
async function* chunks({ stream }: GcsBody, { stallMs }: RetryOptions): AsyncGenerator<Buffer> {
  const iterator: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  for (;;) {
    const timer = setTimeout(() => {
      stream.destroy(new TransientError(`Cloud Storage sent nothing for ${stallMs} ms`))
    }, stallMs)
    const { done, value } = await iterator.next().finally(() => clearTimeout(timer))
    if (done) return
    yield value
  }
}

/** The size of the object behind a response to a request without a range. */
function sizeOf(headers: Headers): number {
  const size = headers.get('Content-Length') ?? headers.get('X-Goog-Stored-Content-Length')
  if (size === null) throw new Error('Cloud Storage did not say how long the object is')
  return Number(size)
}

function crc32cOf(headers: Headers): string | undefined {
  return /crc32c=([^,\s]+)/.exec(headers.get('X-Goog-Hash') ?? '')?.[1]
}

function gone(): never {
  throw new Error('The object was removed while it was being read')
}

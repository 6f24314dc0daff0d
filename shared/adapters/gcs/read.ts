import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { ByteRange } from '../../ports/blob-store.ts'
import { TransientError } from '../google/http.ts'
import { Crc32c } from './crc32c.ts'
import { isTransient, pauseMs, unavailable, type RetryOptions } from './retry.ts'

/** The response body with bytes of one generation. */
export interface GcsBody {
  stream: Readable
  headers: IncomingHttpHeaders
}

/** Opens one generation from a byte to `end` (inclusive; default: the last byte). Undefined if it does not exist. */
export type OpenBody = (start: number, end: number | undefined) => Promise<GcsBody | undefined>

/** After this many bytes since its last failure, a body has all its attempts again. */
const progressBytes = 256 * 1024

/**
 * Reads a generation as one stream. After a broken or stalled connection, continues at the next byte, because a generation
 * never changes. Without a range, the stream fails if the bytes do not have the CRC32C that Cloud Storage reports.
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
        for await (const chunk of chunks(body ?? throwRemoved(), retry)) {
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
      throw new Error('The bytes from Cloud Storage do not have the CRC32C that it reports')
    }
  }
  const reader = Readable.from(bytes(), { objectMode: false })
  // The generator does not start if the reader is destroyed before its first read.
  reader.once('close', () => body?.stream.destroy())
  return reader
}

/** The chunks of the body. Destroys the body if a chunk takes longer than `stallMs`. The reader's own time does not count. */
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

/** The size of the object, from a response to a request without a range. */
function sizeOf(headers: IncomingHttpHeaders): number {
  const size = headers['content-length'] ?? headers['x-goog-stored-content-length']
  if (size === undefined) throw new Error('Cloud Storage did not report the size of the object')
  return Number(size)
}

function crc32cOf(headers: IncomingHttpHeaders): string | undefined {
  return /crc32c=([^,\s]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1]
}

function throwRemoved(): never {
  throw new Error('The object was removed while it was being read')
}

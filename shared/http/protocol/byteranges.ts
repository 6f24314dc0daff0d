import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from '../../ports/blob-store.ts'
import { contentRange, rangeLength } from './ranges.ts'

export interface Byteranges {
  contentType: string
  sizeBytes: number
  /** Sends the parts one behind the other; a part's bytes are opened when its turn has come. */
  stream: (open: (range: ByteRange) => Promise<Readable>) => Readable
}

/** A `multipart/byteranges` body (RFC 9110 §14.6) of parts in the order given. */
export function byteranges(ranges: ByteRange[], mimeType: string, sizeBytes: number): Byteranges {
  // Not to be guessed by whoever wrote the file, who could close a part with it.
  const boundary = randomBytes(18).toString('hex')
  const parts = ranges.map((range, index) => ({
    range,
    head:
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${mimeType}\r\n` +
      `Content-Range: ${contentRange(range, sizeBytes)}\r\n\r\n`,
  }))
  const tail = `\r\n--${boundary}--\r\n`
  const length = parts.reduce((sum, { head, range }) => sum + head.length + rangeLength(range), 0)
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    sizeBytes: length + tail.length,
    stream(open) {
      async function* bytes() {
        for (const { head, range } of parts) {
          yield head
          yield* await open(range)
        }
        yield tail
      }
      // Begins at once, so that bytes which are open already are closed whenever the reader goes.
      const body = new PassThrough()
      pipeline(bytes, body).catch(() => undefined)
      return body
    },
  }
}

import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from '../../ports/blob-store.ts'
import { contentRange, rangeLength } from './ranges.ts'

interface Byteranges {
  contentType: string
  sizeBytes: number
  /** Streams the parts in order. Opens the bytes of a part when the previous part is complete. */
  stream: (open: (range: ByteRange) => Promise<Readable>) => Readable
}

/** A `multipart/byteranges` body (RFC 9110 §14.6) of parts in the order given. */
export function byteranges(ranges: ByteRange[], mimeType: string, sizeBytes: number): Byteranges {
  // Random, so that the author of a file cannot put the boundary into it.
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
      // Starts immediately, so that a source that is already open is closed if the reader disconnects.
      const body = new PassThrough()
      pipeline(bytes, body).catch(() => undefined)
      return body
    },
  }
}

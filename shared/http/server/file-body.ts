import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { BlobFile, ByteRange } from '../../ports/blob-store.ts'
import { rangeLength } from '../protocol/ranges.ts'

/** A quarter of 1 MiB costs as little CPU as more, and a slow client holds two buffers for a long time. */
const bufferBytes = 256 * 1024

/** A range of an open file as the body of an answer. The listener writes it, and closes the file. */
export interface FileBody {
  /** The body of the Response. Identifies the answer after Hono has copied it; nobody reads it. */
  stream: ReadableStream<Uint8Array>
  file: BlobFile
  range: ByteRange
  /** Receives errors of the file, because the status is already sent. */
  report: (error: unknown) => void
}

export function fileBody(file: BlobFile, range: ByteRange, report: FileBody['report']): FileBody {
  return { stream: new ReadableStream(), file, range, report }
}

/** Sends the answer if `body` is its body. Returns the answer for `@hono/node-server`. */
export async function sendFileBody(
  response: Response,
  { stream, file, range, report }: FileBody,
  outgoing: ServerResponse,
): Promise<Response> {
  try {
    if (response.body !== stream) return response
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    await writeRange(file, range, outgoing)
    outgoing.end()
  } catch (error) {
    report(error)
    outgoing.destroy()
  } finally {
    await file.close()
  }
  return RESPONSE_ALREADY_SENT
}

/**
 * Writes a range of a file. Reads it into two buffers alternately: one is read while the other is sent. Streams of Node allocate a
 * buffer for each chunk, which takes more CPU than reading and sending it. Returns early if the client disconnects. Throws if the
 * file ends before the range.
 */
async function writeRange(
  file: BlobFile,
  range: ByteRange,
  outgoing: ServerResponse,
): Promise<void> {
  const size = Math.min(bufferBytes, rangeLength(range))
  let [filling, sending] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)]
  const written = writer(outgoing)
  let lastWrite: Promise<void> = Promise.resolve()
  for (let position = range.start; position <= range.end && !outgoing.destroyed;) {
    const wanted = filling.subarray(0, range.end + 1 - position)
    const count = await file.read(wanted, position)
    if (count === 0) throw new Error(`The file ends before byte ${range.end}`)
    position += count
    await lastWrite
    lastWrite = written(wanted.subarray(0, count))
    ;[filling, sending] = [sending, filling]
  }
  await lastWrite
}

/** Returns a function that resolves when the system has taken a chunk, or the connection is closed. */
function writer(outgoing: ServerResponse): (chunk: Uint8Array) => Promise<void> {
  let resolve: (() => void) | undefined
  outgoing.once('close', () => resolve?.())
  return (chunk) =>
    new Promise((done) => {
      resolve = done
      if (outgoing.destroyed) done()
      else outgoing.write(chunk, () => done())
    })
}

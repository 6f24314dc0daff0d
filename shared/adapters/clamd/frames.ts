import type { Readable } from 'node:stream'

/** Few and large frames keep the system calls few; two of them are in memory for each scan. */
const maxFrameBytes = 512 * 1024

/** `<length of the data, 4 bytes, big-endian><data>` (clamd(8), INSTREAM); no bytes at all are the end of the stream. */
function frame(parts: Buffer[], sizeBytes: number): Buffer[] {
  const header = Buffer.allocUnsafe(4)
  header.writeUInt32BE(sizeBytes)
  return [header, ...parts]
}

/**
 * A body as INSTREAM frames of the bytes really read, each as the buffers to write at once; the last one ends the stream.
 * Never an empty frame in between, which would end it early. All bytes are shown to `seen` on the way. Throws the body's
 * own errors.
 */
export async function* frames(
  body: Readable,
  seen: (bytes: Buffer) => void,
): AsyncGenerator<Buffer[], void, void> {
  let parts: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    let rest = toBuffer(chunk, body.readableEncoding)
    seen(rest)
    while (rest.length > 0) {
      const part = rest.subarray(0, maxFrameBytes - sizeBytes)
      rest = rest.subarray(part.length)
      parts.push(part)
      sizeBytes += part.length
      if (sizeBytes === maxFrameBytes) {
        yield frame(parts, sizeBytes)
        parts = []
        sizeBytes = 0
      }
    }
  }
  const last = sizeBytes > 0 ? frame(parts, sizeBytes) : []
  yield [...last, ...frame([], 0)]
}

function toBuffer(chunk: Uint8Array | string, encoding: BufferEncoding | null): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding ?? 'utf8')
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

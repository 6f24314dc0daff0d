import type { Readable } from 'node:stream'

/** Large frames need few system calls. Each scan keeps two frames in memory. */
const maxFrameBytes = 512 * 1024

/** Returns `<length of the data, 4 bytes, big-endian><data>` (clamd(8), INSTREAM). A frame without data ends the stream. */
function frame(parts: Buffer[], sizeBytes: number): Buffer[] {
  const header = Buffer.allocUnsafe(4)
  header.writeUInt32BE(sizeBytes)
  return [header, ...parts]
}

/**
 * Yields a body as INSTREAM frames, each as buffers to write together. Only the last frame is empty, because an empty frame ends the
 * stream. Passes all bytes to `onBytes`. Throws the body's errors.
 */
export async function* frames(
  body: Readable,
  onBytes: (bytes: Buffer) => void,
): AsyncGenerator<Buffer[], void, void> {
  let parts: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    let rest = toBuffer(chunk, body.readableEncoding)
    onBytes(rest)
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

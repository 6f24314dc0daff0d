import { createHash, randomBytes } from 'node:crypto'

const blockBytes = 16_000_000
const chunkBytes = 256 * 1024
/** Random bytes, which are incompressible like photos, videos and archives. */
const block = randomBytes(blockBytes)
let stamp = 0

/** A request body of a known length, generated while it is sent. */
export interface Body {
  bytes: number
  chunks: () => Iterable<Buffer>
}

/** A unique body, so that caches of content have no effect. */
export function randomBody(bytes: number): Body {
  stamp += 1
  const head = Buffer.from(`coffer benchmark ${process.pid} ${stamp}\n`).subarray(0, bytes)
  return { bytes, chunks: () => repeat(head, bytes) }
}

function* repeat(head: Buffer, bytes: number): Iterable<Buffer> {
  yield head
  let left = bytes - head.length
  for (let at = 0; left > 0; at = (at + chunkBytes) % blockBytes) {
    const chunk = block.subarray(at, Math.min(at + chunkBytes, at + left))
    yield chunk
    left -= chunk.length
  }
}

/** `Repr-Digest` of a body (RFC 9530 §3). */
export function reprDigest(body: Body): string {
  const hash = createHash('sha256')
  for (const chunk of body.chunks()) hash.update(chunk)
  return `sha-256=:${hash.digest('base64')}:`
}

/** A form (RFC 7578) with a `file` part after its fields, and the content type of the form. */
export function multipartBody(
  name: string,
  file: Body,
  fields: Record<string, string> = {},
): { body: Body; contentType: string } {
  const boundary = `coffer-${randomBytes(12).toString('hex')}`
  const before = Object.entries(fields).map(
    ([field, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${before.join('')}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const chunks = function* () {
    yield head
    yield* file.chunks()
    yield tail
  }
  return {
    body: { bytes: head.length + file.bytes + tail.length, chunks },
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, truncate } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { crc32c } from '@node-rs/crc32'

/**
 * Appends a request's body to a file at a position, without its first `skip` bytes. Resolves to the new length, also when
 * the request fails. `limit` closes the connection after so many bytes of the body.
 */
export async function appendBody(
  request: IncomingMessage,
  to: { file: string; position: number; skip: number; limit?: number; isCorrupt?: boolean },
): Promise<{ position: number; bodyBytes: number; isWhole: boolean }> {
  const { file, limit = Infinity } = to
  let { position, skip } = to
  let bodyBytes = 0
  await using handle = await open(file, 'r+')
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      const room = Math.max(0, limit - bodyBytes)
      const taken = chunk.subarray(0, room)
      bodyBytes += taken.length
      const rest = taken.subarray(Math.min(skip, taken.length))
      skip -= taken.length - rest.length
      if (to.isCorrupt) rest.fill(0)
      if (rest.length > 0) await handle.write(rest, 0, rest.length, position)
      position += rest.length
      if (bodyBytes >= limit) return { position, bodyBytes, isWhole: false }
    }
    return { position, bodyBytes, isWhole: request.complete }
  } catch {
    return { position, bodyBytes, isWhole: false }
  }
}

/** The checksums of the first `sizeBytes` of a file. */
export async function checksums(
  file: string,
  sizeBytes: number,
): Promise<{ crc32c: string; md5Hash: string }> {
  await truncate(file, sizeBytes)
  const md5 = createHash('md5')
  let value = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    md5.update(chunk)
    value = crc32c(chunk, value)
  }
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return { crc32c: bytes.toString('base64'), md5Hash: md5.digest('base64') }
}

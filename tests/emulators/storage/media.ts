import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ApiRefusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Cut, Fault } from './faults.ts'
import type { StoredObject } from './objects.ts'

/** Sends an object's bytes or one range of them. A fault may interrupt them. */
export async function sendMedia(
  { request, response, fault }: Exchange,
  { resource, file }: StoredObject,
  headers: Record<string, string> = {},
): Promise<void> {
  const size = Number(resource.size)
  const range = parseRange(request.headers.range, size)
  const { start, end } = range ?? { start: 0, end: size - 1 }
  const isHead = request.method === 'HEAD'
  // Opened before the response headers, so that an object that is removed meanwhile is still sent to its end.
  const handle = await open(file)
  const cut = fault?.kind === 'cut' ? fault.at : undefined
  const limit = cut ? cutBytes(cut, end - start + 1) : afterBytes(fault)
  const isChunked = fault?.kind === 'truncate' || cut === 'chunked' || cut === 'ended'
  if (fault?.kind === 'late-status') {
    await handle.close()
    throw new ApiRefusal(fault.status, 'Backend Error', fault)
  }
  response.writeHead(range ? 206 : 200, {
    'Content-Type': resource.contentType,
    ...(!isChunked && { 'Content-Length': String(end - start + 1) }),
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
    'Accept-Ranges': 'bytes',
    ETag: `"${resource.md5Hash}"`,
    'X-Goog-Generation': resource.generation,
    'X-Goog-Hash': `crc32c=${resource.crc32c},md5=${resource.md5Hash}`,
    'X-Goog-Stored-Content-Encoding': 'identity',
    'X-Goog-Stored-Content-Length': resource.size,
    ...headers,
  })
  if (isHead || size === 0) {
    await handle.close()
    response.end()
    return
  }
  const bytes = createReadStream('', { fd: handle, start, end })
  await pipeline(bytes, spoiled(fault?.kind === 'corrupt', limit), response, {
    end: limit === undefined || fault?.kind === 'truncate' || cut === 'ended',
  }).catch(() => undefined)
  if (fault?.kind === 'reset' || (cut && cut !== 'ended')) {
    // Reset only after the bytes written before have been sent.
    request.socket.write('', () => request.socket.resetAndDestroy())
  }
}

function afterBytes(fault: Fault | undefined): number | undefined {
  return fault && 'afterBytes' in fault ? (fault.afterBytes ?? 0) : undefined
}

function cutBytes(at: Cut, bytes: number): number {
  return at === 'headers' ? 0 : Math.floor(bytes / 2)
}

function spoiled(isCorrupt: boolean, limit = Infinity) {
  return async function* (source: AsyncIterable<Buffer>) {
    let left = limit
    if (left === 0) return
    let isSpoiled = !isCorrupt
    for await (const chunk of source) {
      const part = Buffer.from(chunk.subarray(0, left))
      left -= part.length
      if (!isSpoiled && part.length > 0) {
        part.writeUInt8(part.readUInt8(0) ^ 1, 0)
        isSpoiled = true
      }
      if (part.length > 0) yield part
      if (left === 0) return
    }
  }
}

function parseRange(header: string | undefined, size: number) {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!found) return undefined
  const [, first = '', last = ''] = found
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start > end) throw new ApiRefusal(416, 'The requested range cannot be satisfied.')
  return { start, end }
}

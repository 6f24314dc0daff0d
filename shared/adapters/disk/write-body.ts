import type { FileHandle } from 'node:fs/promises'
import { Writable, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { callbackify } from 'node:util'
import { releaseChunk } from '../../ports/chunk-memory.ts'
import { syncAhead } from './sync-ahead.ts'

/** Sockets deliver 64 KiB at a time. The next write combines the chunks that arrive during a write. */
const bufferedBytes = 512 * 1024

export interface BodyOptions {
  /** The offset of the first byte in the file. */
  position?: number
  maxBytes?: number
  signal?: AbortSignal | undefined
}

/**
 * Writes a body to an open file. Resolves to the number of bytes. Throws `TooManyBytes` as soon as the body exceeds
 * `maxBytes`. Frees the memory of expendable chunks after writing them.
 */
export async function writeBody(
  file: FileHandle,
  body: Readable | AsyncIterable<Buffer>,
  { position = 0, maxBytes = Infinity, signal }: BodyOptions = {},
): Promise<number> {
  let sizeBytes = 0
  const ahead = syncAhead(file)
  const write = callbackify(async (chunks: readonly Buffer[]) => {
    const start = position + sizeBytes
    for (const { length } of chunks) sizeBytes += length
    if (sizeBytes > maxBytes) throw new TooManyBytes()
    await writeAll(file, chunks, start)
    ahead.written(position + sizeBytes - start)
    chunks.forEach(releaseChunk)
  })
  const sink = new Writable({
    highWaterMark: bufferedBytes,
    write: (chunk: Buffer, _, done) => write([chunk], done),
    writev: (entries, done) =>
      write(
        entries.map(({ chunk }: { chunk: Buffer }) => chunk),
        done,
      ),
  })
  await pipeline(body, sink, signal ? { signal } : {})
  await ahead.end()
  return sizeBytes
}

/** The body has more than `maxBytes`. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes'
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[], start: number): Promise<void> {
  let position = start
  let rest = chunks.filter(({ length }) => length > 0)
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, position)
    position += bytesWritten
    rest = skipBytes(rest, bytesWritten)
  }
}

/** The chunks without their first `count` bytes. A write may be partial. */
function skipBytes(chunks: readonly Buffer[], count: number): Buffer[] {
  let skip = count
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(skip)
    skip = Math.max(0, skip - chunk.length)
    return rest.length > 0 ? [rest] : []
  })
}

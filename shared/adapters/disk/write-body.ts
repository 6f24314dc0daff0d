import type { FileHandle } from 'node:fs/promises'
import { Writable, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { callbackify } from 'node:util'
import { releaseChunk } from '../../ports/chunk-memory.ts'
import { syncAhead } from './sync-ahead.ts'

/** Sockets give 64 KiB at a time; what comes while one write runs goes into the next one. */
const bufferedBytes = 512 * 1024

export interface BodyOptions {
  /** Where in the file the first byte goes. */
  position?: number
  maxBytes?: number
  signal?: AbortSignal | undefined
}

/**
 * Writes a body to an open file; resolves to the number of bytes. Throws `TooManyBytes` as soon as there are. Chunks that are
 * expendable are empty once they are written.
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

/** A body has more bytes than it may have. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes'
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[], start: number): Promise<void> {
  let position = start
  let rest = chunks.filter(({ length }) => length > 0)
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, position)
    position += bytesWritten
    rest = behind(rest, bytesWritten)
  }
}

/** What is left of the chunks behind so many bytes: a write may be cut short. */
function behind(chunks: readonly Buffer[], writtenBytes: number): Buffer[] {
  let skip = writtenBytes
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(skip)
    skip = Math.max(0, skip - chunk.length)
    return rest.length > 0 ? [rest] : []
  })
}

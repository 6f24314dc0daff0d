import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal, finished, type Readable } from 'node:stream'
import { maxBytesAtOnce } from '../../ports/blob-store.ts'
import { releaseChunk } from '../../ports/chunk-memory.ts'
import { privateFile } from '../files/durable.ts'
import { TooManyBytes, writeBody } from './write-body.ts'

interface StoreOptions {
  maxBytes: number
  signal?: AbortSignal | undefined
}

/**
 * Writes a body to a new file, without a sync. Resolves to the number of bytes. Throws `TooManyBytes` as soon as the body
 * exceeds `maxBytes`.
 */
export async function storeBody(
  path: string,
  body: Readable | Buffer,
  options: StoreOptions,
): Promise<number> {
  if (Buffer.isBuffer(body)) {
    writeFileSync(path, body, { flag: 'wx', mode: privateFile })
    return body.length
  }
  await using file = await open(path, 'wx', privateFile)
  return await writeBody(file, body, options)
}

/**
 * Reads a body of at most `maxBytesAtOnce`. Resolves to undefined for a larger one, and leaves all its bytes in the stream.
 * Throws `TooManyBytes` as soon as the body exceeds `maxBytes`.
 */
export async function readSmall(
  body: Readable,
  { maxBytes, signal }: StoreOptions,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  if (signal) addAbortSignal(signal, body)
  const isWhole = await new Promise<boolean>((resolve, reject) => {
    const stopWatching = finished(body, { writable: false }, (error) => {
      body.off('readable', read)
      if (error) reject(error)
      else resolve(true)
    })
    body.on('readable', read)
    // A caller may have been called in a `readable` event. That event is not repeated for a new listener.
    read()

    function read() {
      for (let chunk = next(body); chunk !== null; chunk = next(body)) {
        chunks.push(chunk)
        sizeBytes += chunk.length
        if (sizeBytes > maxBytes) return body.destroy(new TooManyBytes())
        if (sizeBytes <= maxBytesAtOnce) continue
        stopWatching()
        body.off('readable', read)
        // Joins the chunks, because each `unshift` moves all chunks of the stream, and a client may send single bytes.
        body.unshift(joined(chunks))
        return resolve(false)
      }
    }
  })
  if (!isWhole) return undefined
  return joined(chunks)
}

/** Joins the chunks, and frees their memory. */
function joined(chunks: Buffer[]): Buffer {
  const bytes = Buffer.concat(chunks)
  chunks.forEach(releaseChunk)
  return bytes
}

function next(body: Readable): Buffer | null {
  return body.read() as Buffer | null
}

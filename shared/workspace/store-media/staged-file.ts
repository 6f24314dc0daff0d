import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from '../../ports/blob-store.ts'
import { sourceTooLarge } from '../../media/source-refusals.ts'
import { sniffedBytes } from '../../media/sniff/detect-type.ts'
import type { Ledger } from './ledger.ts'

interface StageOptions {
  /** The hidden directory. */
  directory: string
  maxBytes: number
  ledger: Ledger
  signal: AbortSignal
}

/** A body in a hidden file. Disposing removes the file unless `keep` was called. */
export interface StagedFile extends AsyncDisposable {
  path: string
  sizeBytes: number
  /** The first bytes, enough to detect the type. */
  head: Buffer
  open(range?: ByteRange): Readable
  /** Call after publishing. The bytes continue to count against the limit of the execution. */
  keep(): void
}

/** Writes a body to a hidden file. Throws `too-large` before it writes more than `maxBytes`. Leaves no file on failure. */
export async function stage(
  body: Readable,
  { directory, maxBytes, ledger, signal }: StageOptions,
): Promise<StagedFile> {
  const path = join(directory, randomUUID())
  const head: Buffer[] = []
  let sizeBytes = 0
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      if (sizeBytes + chunk.length > maxBytes) throw sourceTooLarge(maxBytes)
      ledger.add(chunk.length)
      if (sizeBytes < sniffedBytes) head.push(chunk.subarray(0, sniffedBytes - sizeBytes))
      sizeBytes += chunk.length
      yield chunk
    }
  }
  const drop = async () => {
    await rm(path, { force: true })
    ledger.release(sizeBytes)
  }
  try {
    signal.throwIfAborted()
    // Opens the file first, because a file that is still being opened cannot be removed.
    await using file = await open(path, 'wx', 0o600)
    await pipeline(body, counted, file.createWriteStream(), { signal })
  } catch (error) {
    body.destroy()
    await drop()
    throw signal.aborted ? signal.reason : error
  }
  let isKept = false
  return {
    path,
    sizeBytes,
    head: Buffer.concat(head),
    open: (range) => createReadStream(path, range),
    keep: () => void (isKept = true),
    [Symbol.asyncDispose]: async () => {
      if (!isKept) await drop()
    },
  }
}

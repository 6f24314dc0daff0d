import type { FileHandle } from 'node:fs/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { UploadChunk } from '../../ports/resumable.ts'
import { writeBody } from './write-body.ts'

/**
 * Appends the bytes of a chunk that the file does not have yet. Resolves to the size of the file after a sync.
 * - A body that fails or that `signal` stops: keeps the bytes received so far, and throws the error.
 * - A body that goes beyond byte `end` (exclusive), or that fails with `digest-mismatch`: keeps none of its bytes, and throws.
 */
export async function receiveChunk(
  file: FileHandle,
  { body, firstByte }: UploadChunk,
  { end, signal }: { end: number; signal: AbortSignal },
): Promise<number> {
  const { size: storedBytes } = await file.stat()
  if (firstByte > storedBytes) {
    throw invalid(
      'Content-Range',
      `begins at byte ${firstByte}, but only ${storedBytes} bytes are stored; continue from byte ${storedBytes}`,
    )
  }
  let failure: { error: unknown } | undefined
  let position = firstByte
  let isRejected = false
  /**
   * The new bytes of the body. Ends normally when the body fails, so that the bytes before the failure are written. Yields the
   * chunk with the last byte only after the body has ended: until then its digest is not checked, and a complete file counts
   * as a finished upload.
   */
  async function* newBytes(): AsyncGenerator<Buffer> {
    let last: Buffer | undefined
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        position += chunk.length
        isRejected = position > end
        if (isRejected) return
        const newLength = Math.min(position - storedBytes, chunk.length)
        if (newLength <= 0) continue
        const added = chunk.subarray(chunk.length - newLength)
        if (position === end) last = added
        else yield added
      }
    } catch (error) {
      failure = { error }
      isRejected = error instanceof WorkspaceError && error.code === 'digest-mismatch'
    }
    if (last && !isRejected) yield last
  }
  signal.throwIfAborted()
  const stop = () => body.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop)
  const writtenBytes = await writeBody(file, newBytes(), { position: storedBytes }).finally(() =>
    signal.removeEventListener('abort', stop),
  )
  if (isRejected) await file.truncate(storedBytes)
  await file.datasync()
  if (position > end) throw invalid('body', 'has more bytes than the request declared')
  if (failure) throw failure.error
  return storedBytes + writtenBytes
}

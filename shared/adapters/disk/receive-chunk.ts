import type { FileHandle } from 'node:fs/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { UploadChunk } from '../../ports/resumable.ts'
import { writeBody } from './write-body.ts'

/**
 * Appends to the file what it does not hold yet of a chunk that ends before byte `end`; resolves to how many bytes it
 * then holds, on the disk. A body that breaks off, or that `signal` ends, leaves what came; one that is too long, or ends
 * in `digest-mismatch`, leaves nothing.
 */
export async function receiveChunk(
  file: FileHandle,
  { body, firstByte }: UploadChunk,
  { end, signal }: { end: number; signal: AbortSignal },
): Promise<number> {
  const { size: heldBytes } = await file.stat()
  if (firstByte > heldBytes) {
    throw invalid(
      'Content-Range',
      `begins at byte ${firstByte}, and ${heldBytes} bytes are held; send them from byte ${heldBytes}`,
    )
  }
  let broken: { error: unknown } | undefined
  let position = firstByte
  let isWrong = false
  /**
   * Ends where the body breaks off, so that all that came before is still written. The last byte waits for the body's
   * end: until then it may prove wrong, and meanwhile nobody may take the file for whole.
   */
  async function* news(): AsyncGenerator<Buffer> {
    let last: Buffer | undefined
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        position += chunk.length
        isWrong = position > end
        if (isWrong) return
        const newBytes = Math.min(position - heldBytes, chunk.length)
        if (newBytes <= 0) continue
        const fresh = chunk.subarray(chunk.length - newBytes)
        if (position === end) last = fresh
        else yield fresh
      }
    } catch (error) {
      broken = { error }
      isWrong = error instanceof WorkspaceError && error.code === 'digest-mismatch'
    }
    if (last && !isWrong) yield last
  }
  signal.throwIfAborted()
  const stop = () => body.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop)
  const writtenBytes = await writeBody(file, news(), { position: heldBytes }).finally(() =>
    signal.removeEventListener('abort', stop),
  )
  if (isWrong) await file.truncate(heldBytes)
  await file.datasync()
  if (position > end) throw invalid('body', 'has more bytes than the request declared')
  if (broken) throw broken.error
  return heldBytes + writtenBytes
}

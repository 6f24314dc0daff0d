import { addAbortSignal, type Readable } from 'node:stream'
import { tooLarge } from '../../model/errors.ts'
import type { WriteOptions } from '../../ports/blob-store.ts'
import { Crc32c } from './crc32c.ts'
import type { GcsObject } from './object.ts'
import type { GcsSession } from './session.ts'

/**
 * What a write holds in memory, to send it again after a fault. Cloud Storage advises at least 8 MiB where one upload
 * has the machine to itself; twenty of them side by side are to stay below 250 MB.
 */
export const pieceBytes = 4 * 1024 * 1024

/** For Firebase's emulator, which takes a file in one piece. Memory is used as the piece fills. */
export const wholePieceBytes = 130 * 1000 * 1000

type ObjectWrite = Omit<WriteOptions, 'contentType'> & {
  /** Asked at once, while the first bytes come. */
  session: Promise<GcsSession>
  pieceBytes: number
  /** From here on the object may be visible, even if what follows throws. */
  onCommit?: () => void
}

/**
 * Streams a body into a session. The last piece stays here until the body has ended and `beforeCommit` has resolved:
 * without it Cloud Storage shows nothing.
 */
export async function writeObject(body: Readable, write: ObjectWrite): Promise<GcsObject> {
  const { session, pieceBytes, maxBytes, signal, beforeCommit, onCommit } = write
  // What fails before it is awaited must not end the process.
  body.on('error', () => undefined)
  session.catch(() => undefined)
  signal?.throwIfAborted()
  if (signal) addAbortSignal(signal, body)

  const crc32c = new Crc32c()
  const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, maxBytes))
  let sizeBytes = 0
  let filled = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
    crc32c.update(chunk)
    for (let taken = 0; taken < chunk.length;) {
      if (filled === piece.length) {
        await (await session).send(piece)
        filled = 0
      }
      const copied = chunk.copy(piece, filled, taken)
      filled += copied
      taken += copied
    }
  }
  const ready = await session
  await beforeCommit?.({ sizeBytes })
  signal?.throwIfAborted()
  onCommit?.()
  return ready.finish(piece.subarray(0, filled), crc32c.toString())
}

import { addAbortSignal, type Readable } from 'node:stream'
import { tooLarge } from '../../model/errors.ts'
import type { WriteOptions } from '../../ports/blob-store.ts'
import { Crc32c } from './crc32c.ts'
import type { GcsObject } from './object.ts'
import type { GcsSession } from './session.ts'

/**
 * The bytes that a write keeps in memory to resend them after a failure. Cloud Storage recommends at least 8 MiB for a single
 * upload. With 4 MiB, 20 concurrent uploads stay below 250 MB.
 */
export const pieceBytes = 4 * 1024 * 1024

/** For Firebase's emulator, which accepts a file only in one piece. The system allocates memory as the piece fills. */
export const wholePieceBytes = 130 * 1000 * 1000

type ObjectWrite = Omit<WriteOptions, 'contentType'> & {
  /** Opens a session for a body of more than one piece. */
  openSession: () => Promise<GcsSession>
  /** Stores a body of at most one piece in one request. Throws if the bytes have another CRC32C. */
  insert: (bytes: Buffer, crc32c: string) => Promise<GcsObject>
  pieceBytes: number
  /** Called before the last piece is sent. Afterwards the object may be visible, even if the write throws. */
  onCommit?: () => void
}

/**
 * Stores a body of at most one piece in one request, and streams a larger one into a session. Sends the last piece, which
 * makes the object visible, only after the body has ended and `beforeCommit` has resolved.
 */
export async function writeObject(body: Readable, write: ObjectWrite): Promise<GcsObject> {
  const { openSession, insert, pieceBytes, maxBytes, signal, beforeCommit, onCommit } = write
  // Handle an error that occurs before it is awaited. Otherwise it would end the process.
  body.on('error', () => undefined)
  signal?.throwIfAborted()
  if (signal) addAbortSignal(signal, body)

  const crc32c = new Crc32c()
  const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, maxBytes))
  let sizeBytes = 0
  let filled = 0
  let session: GcsSession | undefined
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
    crc32c.update(chunk)
    for (let taken = 0; taken < chunk.length;) {
      if (filled === piece.length) {
        session ??= await openSession()
        await session.send(piece)
        filled = 0
      }
      const copied = chunk.copy(piece, filled, taken)
      filled += copied
      taken += copied
    }
  }
  await beforeCommit?.({ sizeBytes })
  signal?.throwIfAborted()
  onCommit?.()
  const last = piece.subarray(0, filled)
  return session ? session.finish(last, crc32c.toString()) : insert(last, crc32c.toString())
}

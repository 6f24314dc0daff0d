import type { Readable } from 'node:stream'

/**
 * The receiving side of a resumable session, for a store whose sessions the service answers itself; Cloud Storage
 * answers its own. Every method throws `not-found` for a session that is unknown, cancelled or expired, and
 * `invalid-request` for a total that is not the session's; such a refusal leaves what is held as it is.
 */
export interface ResumableUploads {
  /**
   * Takes the bytes of one request.
   * - Bytes that are held already are ignored; bytes that leave a gap, or are more than declared, are `invalid-request`.
   * - A body that breaks off keeps what came before the break, and its error is thrown; of one that ends in
   *   `digest-mismatch` nothing is kept.
   * - A later request takes over: the earlier one ends with `invalid-request`, and their bytes never mix.
   * - The last byte makes the blob visible, once, and its finalize event is on its way when this resolves.
   * - What the answer says is held survives a crash of the machine.
   */
  append(uploadId: string, chunk: UploadChunk): Promise<UploadStatus>

  /** What is held. Finishes an upload whose bytes are all there: one of no bytes at all only where `totalBytes` says so. */
  status(uploadId: string, totalBytes?: number): Promise<UploadStatus>

  /** Ends a session. An unknown session is no error; a complete upload stays complete. */
  cancelUpload(uploadId: string): Promise<void>
}

export interface UploadChunk {
  body: Readable
  /** Where in the file the body begins. */
  firstByte: number
  /** How many bytes the body has at most; without it, up to the file's end. */
  sizeBytes?: number
  /** The whole file's size, where the request names it. */
  totalBytes?: number
}

export interface UploadStatus {
  /** So many bytes from the start are held. */
  heldBytes: number
  isComplete: boolean
}

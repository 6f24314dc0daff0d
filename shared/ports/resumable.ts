import type { Readable } from 'node:stream'

/**
 * The receiving side of resumable sessions, for a store whose sessions this service serves. Cloud Storage serves its sessions
 * itself. Every method throws `not-found` for an unknown, cancelled or expired session, and `invalid-request` for a total that
 * differs from the session's. Neither error changes the stored bytes.
 */
export interface ResumableUploads {
  /**
   * Appends the bytes of one request.
   * - Ignores bytes that are already stored. Throws `invalid-request` for bytes that leave a gap or exceed the declared size.
   * - If the body fails, stores the bytes before the failure and throws the body's error. Stores nothing of a body that fails
   *   with `digest-mismatch`.
   * - A later request ends the earlier one with `invalid-request`. Their bytes never mix.
   * - The last byte makes the blob visible, once. When this resolves, the finalize event will be delivered.
   * - The bytes that the result reports as stored survive a crash of the machine.
   */
  append(uploadId: string, chunk: UploadChunk): Promise<UploadStatus>

  /** The number of stored bytes. Finishes an upload whose bytes are complete; an empty upload only if `totalBytes` is 0. */
  status(uploadId: string, totalBytes?: number): Promise<UploadStatus>

  /** Ends a session. An unknown session is not an error. A complete upload stays complete. */
  cancelUpload(uploadId: string): Promise<void>
}

export interface UploadChunk {
  body: Readable
  /** The offset of the body in the file. */
  firstByte: number
  /** The most bytes of the body. Without it, the bytes up to the file's end. */
  sizeBytes?: number
  /** The size of the whole file, if the request names it. */
  totalBytes?: number
}

export interface UploadStatus {
  /** The number of bytes stored, from the start of the file. */
  storedBytes: number
  isComplete: boolean
}

import type { Readable } from 'node:stream'
import type { FileId } from '../model/ids.ts'

/** The bytes. Opaque places, one generation each; nothing here knows of paths, users or verdicts. */
export interface BlobStore {
  /** The storage path for a new file's bytes: pure, unique for the file's id. */
  locate(workspaceId: string, id: FileId, name: string): string

  /**
   * Stores a body.
   * - Invisible until the body has ended and `beforeCommit` has resolved; a body or a `beforeCommit` that fails leaves nothing.
   * - A storage path that holds a blob is never replaced: of two writes exactly one succeeds, the other throws a plain `Error`.
   * - A body of more than `maxBytes` throws `too-large` as soon as it is, without waiting for its end.
   * - Once it resolves the blob survives a crash of the machine, and one finalize event is on its way.
   */
  write(storagePath: string, body: Readable, options: WriteOptions): Promise<StoredBlob>

  /** The bytes, or an inclusive range of them, of exactly this generation; undefined when there is no such generation. */
  read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined>

  /** The generation that is at a storage path, or undefined. */
  stat(storagePath: string): Promise<StoredBlob | undefined>

  /** Deletes one generation; a blob that is not there is no error. */
  remove(blob: BlobRef): Promise<void>

  /** Copies one generation to a free storage path without moving the bytes through this process's memory; visible whole or not at all. */
  copy(from: BlobRef, storagePath: string): Promise<StoredBlob>

  /** Opens a resumable session (the Cloud Storage protocol) for exactly `sizeBytes`; a URL without origin is relative to the service's own. */
  openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession>

  /** Ends a resumable session: its URL answers 404, 410 or 499 from then on. An unknown session is no error. */
  cancelUpload(uploadId: string): Promise<void>

  /** A URL that serves this generation by GET and HEAD until it expires; one without origin is relative to the service's own. */
  signUrl(blob: BlobRef, options: SignOptions): Promise<string>

  /**
   * Something small that was made of a generation's bytes, such as a preview: a cache, which may lose it at any time.
   * - `name` is of `a-z 0-9 . -`. Undefined when nothing is kept under it for exactly this generation.
   */
  readDerived(blob: BlobRef, name: string): Promise<Buffer | undefined>

  /**
   * Keeps it, visible whole or not at all; of two writes of one name either may stay.
   * - It goes when its blob is removed. Nothing is kept for a blob that is not there.
   * - It is no blob: it is never listed, and no finalize event names its blob again.
   */
  writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void>

  /** Every blob, in pages of at most `limit`; a page without `next` is the last. A listing that cannot be completed throws. */
  list(options: { limit: number; after?: string }): Promise<BlobPage>

  /** What `/healthz` shows of the store; throws when the store does not answer. */
  check(): Promise<string>
}

/** A blob's place, from the record, and the one generation of it that is meant. */
export interface BlobRef {
  storagePath: string
  generation: string
}

export interface StoredBlob extends BlobRef {
  sizeBytes: number
  /** When this generation became visible. */
  storedAt: Date
}

export interface BlobPage {
  blobs: StoredBlob[]
  next?: string
}

export interface WriteOptions {
  contentType: string
  maxBytes: number
  signal?: AbortSignal
  /** Runs when all bytes are stored and none is visible yet; a rejection undoes the write. */
  beforeCommit?: (written: { sizeBytes: number }) => Promise<void>
}

/** First and last byte, both inclusive, both within the blob (RFC 9110 §14.1.2, resolved). */
export interface ByteRange {
  start: number
  end: number
}

export interface UploadOptions {
  sizeBytes: number
  contentType: string
  expiresAt: Date
  /** The `Origin` of the browser that will send the bytes; Cloud Storage answers CORS for it alone. */
  origin?: string
}

export interface UploadSession {
  uploadId: string
  url: string
  /** Every chunk but the last is a multiple of this many bytes. */
  chunkMultiple: number
}

export interface SignOptions {
  expiresAt: Date
  contentType: string
  contentDisposition: string
}

/** A blob's bytes became visible: at least once for each generation, in no order. */
export interface FinalizeEvent extends BlobRef {}

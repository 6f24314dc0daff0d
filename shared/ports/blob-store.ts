import type { Readable } from 'node:stream'
import type { FileId } from '../model/ids.ts'

/** The longest range that `readBytes` reads. */
export const maxBytesAtOnce = 64 * 1024

/** Stores bytes at opaque storage paths, one generation each. Independent of workspace paths, users and verdicts. */
export interface BlobStore {
  /** The storage path for a new file's bytes. Pure, and unique for the file's id. */
  locate(workspaceId: string, id: FileId, name: string): string

  /**
   * Stores a body.
   * - Invisible until the body has ended and `beforeCommit` has resolved. If either fails, stores nothing.
   * - Never replaces a blob: of two writes to a storage path exactly one succeeds, and the other throws a plain `Error`.
   * - A body of more than `maxBytes` throws `too-large` at the first excess byte, before the body ends.
   * - When it resolves, the blob survives a crash of the machine, and its finalize event will be delivered.
   */
  write(storagePath: string, body: Readable, options: WriteOptions): Promise<StoredBlob>

  /** The bytes of exactly this generation, or an inclusive range of them. Undefined if there is no such generation. */
  read(blob: BlobRef, range?: ByteRange): Promise<Readable | undefined>

  /**
   * A range of at most `maxBytesAtOnce` bytes of exactly this generation, in memory. Undefined if there is no such generation.
   * Throws if the blob ends before the range.
   */
  readBytes(blob: BlobRef, range: ByteRange): Promise<Buffer | undefined>

  /** Opens exactly this generation for reads into the caller's memory. Undefined if it is missing, or is not a local file. */
  openFile(blob: BlobRef): Promise<BlobFile | undefined>

  /** The generation at a storage path, or undefined. */
  stat(storagePath: string): Promise<StoredBlob | undefined>

  /** Deletes one generation. A missing generation is not an error. */
  remove(blob: BlobRef): Promise<void>

  /**
   * Copies one generation to a free storage path. The bytes do not pass through this process's memory. The copy becomes
   * visible complete or not at all.
   */
  copy(from: BlobRef, storagePath: string): Promise<StoredBlob>

  /** Opens a resumable session (Cloud Storage protocol) for exactly `sizeBytes`. A URL without an origin is relative to the service. */
  openUpload(storagePath: string, options: UploadOptions): Promise<UploadSession>

  /** The session of an id that `openUpload` returned, open or not. */
  uploadSession(uploadId: string): Promise<UploadSession>

  /** Ends a resumable session. Afterwards its URL answers 404, 410 or 499. An unknown session is not an error. */
  cancelUpload(uploadId: string): Promise<void>

  /** A URL that serves this generation by GET and HEAD until it expires. A URL without an origin is relative to the service. */
  signUrl(blob: BlobRef, options: SignOptions): Promise<string>

  /**
   * A small file derived from a generation's bytes, such as a preview. Derived files are a cache and may be lost at any time.
   * - `name` consists of `a-z 0-9 . -`. Resolves to undefined if this generation has no derived file of that name.
   */
  readDerived(blob: BlobRef, name: string): Promise<Buffer | undefined>

  /**
   * Stores a derived file, which becomes visible complete or not at all. Of two concurrent writes of one name either may win.
   * - Deleted together with its blob. Stores nothing if the blob does not exist.
   * - Derived files are not listed and cause no finalize event of their blob.
   */
  writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<void>

  /** All blobs, in pages of at most `limit`. A page without `next` is the last. Throws if the listing cannot be completed. */
  list(options: { limit: number; after?: string }): Promise<BlobPage>

  /** The store's description for `/healthz`. Throws when the store does not answer. */
  check(): Promise<string>
}

/** One generation of the blob at a record's storage path. */
export interface BlobRef {
  storagePath: string
  generation: string
}

/** A generation's bytes, open until `close`. */
export interface BlobFile {
  sizeBytes: number
  /** Fills the buffer, or its beginning, with the bytes from this position on. Resolves to their number; 0 is the end. */
  read(buffer: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
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
  /** Runs when all bytes are stored but not yet visible. A rejection undoes the write. */
  beforeCommit?: (written: { sizeBytes: number }) => Promise<void>
}

/** First and last byte, both inclusive and within the blob (RFC 9110 §14.1.2, resolved). */
export interface ByteRange {
  start: number
  end: number
}

export interface UploadOptions {
  sizeBytes: number
  contentType: string
  expiresAt: Date
  /** The `Origin` of the browser that will send the bytes. Cloud Storage answers CORS requests of this origin only. */
  origin?: string
}

export interface UploadSession {
  uploadId: string
  url: string
  /** The size of every chunk except the last is a multiple of this number of bytes. */
  chunkMultiple: number
}

export interface SignOptions {
  expiresAt: Date
  contentType: string
  contentDisposition: string
}

/** Reports that a blob became visible. Delivered at least once for each generation, in any order. */
export interface FinalizeEvent extends BlobRef {}

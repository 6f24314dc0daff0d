import type { BlobRef, FinalizeEvent } from './blob-store.ts'

/** Stores small blobs of a `BlobStore` without a file for each. Reads do not wait. */
export interface SmallBlobs {
  /** The size of the largest blob. */
  readonly maxBytes: number

  /**
   * Stores a blob and queues its finalize event, both or neither.
   * - `assertFree` runs in the same transaction. If it throws, stores nothing.
   * - Throws a plain `Error` if a small blob exists at the storage path.
   * - When it resolves, both survive a crash of the machine.
   */
  insert(event: FinalizeEvent, bytes: Buffer, assertFree: () => void): Promise<void>

  /** The bytes of exactly this generation, in memory of the caller. */
  read(blob: BlobRef): Buffer | undefined

  /** The generation at a storage path, or undefined. */
  stat(storagePath: string): SmallBlob | undefined

  /** Deletes one generation with its derived files. Resolves to whether it existed. */
  remove(blob: BlobRef): Promise<boolean>

  /** Blobs in the order of their storage paths, after the given one. */
  list(options: { limit: number; after: string }): SmallBlob[]

  readDerived(blob: BlobRef, name: string): Buffer | undefined

  /** Stores or replaces a derived file. Resolves to false and stores nothing if this generation does not exist. */
  writeDerived(blob: BlobRef, name: string, bytes: Buffer): Promise<boolean>
}

export interface SmallBlob extends BlobRef {
  sizeBytes: number
}

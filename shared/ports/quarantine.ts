import type { FileId } from '../model/ids.ts'
import type { BlobRef } from './blob-store.ts'

/** Stores infected bytes for an operator. No route serves them, and no listing of blobs contains them. */
export interface Quarantine {
  /** Whether the quarantine also stores bytes that were infected on upload. If not, they are deleted. */
  readonly includesUploads: boolean

  /**
   * Stores a copy of one generation, with a note.
   * - When it resolves, the copy survives a crash of the machine. The blob itself does not change.
   * - A generation that is already in quarantine does not change, and neither does its note.
   * - A missing generation is not an error. Nothing is stored.
   */
  keep(blob: BlobRef, note: QuarantineNote): Promise<void>

  /** Deletes the copies that are older than the retention. Resolves to their number. */
  removeExpired(): Promise<number>
}

/** Describes infected bytes to an operator. */
export interface QuarantineNote {
  workspaceId: string
  fileId: FileId
  threat: string
  checksum: string
  sizeBytes: number
  engine: string
  signatureVersion: string | null
  scannedAt: string
}

import type { FileId } from '../model/ids.ts'
import type { BlobRef } from './blob-store.ts'

/** Where infected bytes are kept for an operator to look at. No route leads there, and no listing of blobs. */
export interface Quarantine {
  /** Whether bytes that were infected when they arrived are kept, too, rather than deleted. */
  readonly takesUploads: boolean

  /**
   * Keeps a copy of one generation, and a note of what it is.
   * - Once it resolves the copy survives a crash of the machine; the blob itself stays where it is.
   * - A generation that is kept already stays as it was, with its first note.
   * - A generation that is not there is no error: nothing is kept.
   */
  keep(blob: BlobRef, note: QuarantineNote): Promise<void>

  /** Removes what has been kept for longer than the retention; answers how many that were. */
  removeExpired(): Promise<number>
}

/** What an operator should know of infected bytes. */
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

import type { BlobStore, FinalizeEvent, UploadSession } from '../../shared/ports/blob-store.ts'
import type { Folders } from '../../shared/ports/folders.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Quarantine } from '../../shared/ports/quarantine.ts'
import type { Trail } from '../../shared/ports/trail.ts'

/** The real stores of one run. They start empty. */
export interface ModelWorld extends AsyncDisposable {
  /** Handles to the same catalog, as opened by separate processes. */
  catalogs: readonly (FullCatalog & { folders: Folders; trail: Trail })[]
  blobs: BlobStore
  quarantine: Quarantine
  /** Queued finalize events. The test delivers, repeats and drops them. */
  events: FinalizeEvent[]
  /** Whether a resumable upload accepts parts of any size. */
  takesParts: boolean
  /** Sends the bytes from `from` (inclusive) to `to` (exclusive). Rejects if the upload is cancelled or expired. */
  send: (session: UploadSession, bytes: Buffer, part: { from: number; to: number }) => Promise<void>
}

export type OpenWorld = (options: { quotaBytes: number; now: () => Date }) => Promise<ModelWorld>

import type { BlobStore, FinalizeEvent, UploadSession } from '../../shared/ports/blob-store.ts'
import type { FullCatalog } from '../../shared/ports/ports.ts'
import type { Quarantine } from '../../shared/ports/quarantine.ts'

/** The real stores of one run, empty at its beginning. */
export interface ModelWorld extends AsyncDisposable {
  /** The catalog, as several processes have it open. */
  catalogs: readonly FullCatalog[]
  blobs: BlobStore
  quarantine: Quarantine
  /** Finalize events that nobody has handled yet: the test delivers, repeats, and loses them. */
  events: FinalizeEvent[]
  /** Whether a resumable upload can come in parts of any size. */
  takesParts: boolean
  /** Sends part of a resumable upload, from a byte on; one that is cancelled or expired takes nothing. */
  send: (session: UploadSession, bytes: Buffer, part: { from: number; to: number }) => Promise<void>
}

export type OpenWorld = (options: { quotaBytes: number; now: () => Date }) => Promise<ModelWorld>

import type { FileId } from '../model/ids.ts'
import type { BlobStore } from './blob-store.ts'
import type { Catalog } from './catalog.ts'
import type { Maintenance } from './maintenance.ts'
import type { Quarantine } from './quarantine.ts'
import type { Renderer } from './renderer.ts'
import type { Scanner } from './scanner.ts'
import type { Sources } from './sources.ts'

/** What the workspace needs of the world. A use case takes the ports it needs, first: `Pick<Ports, 'catalog'>`. */
export interface Ports {
  catalog: FullCatalog
  blobs: BlobStore
  scanner: Scanner
  renderer: Renderer
  sources: Sources
  /** Where infected bytes go; without it they are deleted. */
  quarantine?: Quarantine
  /** The present instant. */
  now: () => Date
  /** A fresh UUIDv4. */
  newId: () => FileId
  /** The limits of this deployment. */
  limits: Limits
}

/** Every adapter of the catalog implements both ports over one store. */
export type FullCatalog = Catalog & Maintenance

export interface Limits {
  /** The most bytes of one file. */
  maxFileBytes: number
  /** How long an upload may take, from its reservation to its last byte. */
  uploadExpirySeconds: number
  /** How long deleted and superseded files can be brought back. */
  trashRetentionDays: number
}

import type { FileId } from '../model/ids.ts'
import type { BlobStore } from './blob-store.ts'
import type { Catalog } from './catalog.ts'
import type { Folders } from './folders.ts'
import type { Links } from './links.ts'
import type { Maintenance } from './maintenance.ts'
import type { Quarantine } from './quarantine.ts'
import type { Renderer } from './renderer.ts'
import type { Scanner } from './scanner.ts'
import type { Runs } from './runs.ts'
import type { Shares } from './shares.ts'
import type { Sources } from './sources.ts'
import type { Trail } from './trail.ts'

/** The dependencies of the use cases. The first parameter of a use case is the ports that it needs: `Pick<Ports, 'catalog'>`. */
export interface Ports {
  catalog: FullCatalog
  /** In the same store as the catalog. */
  folders: Folders
  links: Links
  runs: Runs
  shares: Shares
  trail: Trail
  blobs: BlobStore
  scanner: Scanner
  renderer: Renderer
  sources: Sources
  /** Stores infected bytes for an operator. Without a quarantine they are deleted. */
  quarantine?: Quarantine
  /** The current time. */
  now: () => Date
  /** A new UUIDv4. */
  newId: () => FileId
  /** The limits of this deployment. */
  limits: Limits
}

/** Each catalog adapter implements both ports. */
export type FullCatalog = Catalog & Maintenance

export interface Limits {
  /** The most bytes of one file. */
  maxFileBytes: number
  /** The longest time from the reservation of an upload to its last byte. */
  uploadExpirySeconds: number
  /** How long deleted and superseded files can be restored. */
  trashRetentionDays: number
}

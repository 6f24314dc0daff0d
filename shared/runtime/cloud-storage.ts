import { FirestoreCatalog } from '../adapters/firestore/catalog.ts'
import { locateIn } from '../adapters/gcs/locate.ts'
import type { Config } from '../config/config.ts'
import { googleCredentials } from './google.ts'
import { lazyPort } from './lazy-port.ts'
import type { RecordLimits } from '../model/usage.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Ports } from '../ports/ports.ts'
import type { Quarantine } from '../ports/quarantine.ts'

export type CloudStorage = Required<
  Pick<
    Ports,
    'catalog' | 'folders' | 'links' | 'runs' | 'shares' | 'trail' | 'blobs' | 'quarantine'
  >
>

/** Opens Firestore, which every function uses. Opens the bucket of Cloud Storage at its first use, because not every request uses it. */
export function openCloudStorage(options: {
  projectId: string
  bucket: string
  google: Config['google']
  quotaBytes: number
  recordLimits: RecordLimits
  eventRetentionDays: number
  now: () => Date
  quarantine: { location: string | undefined; retentionDays: number }
}): CloudStorage {
  const { projectId, bucket, google, quotaBytes, recordLimits, eventRetentionDays, now } = options
  const { location: quarantineBucket, retentionDays } = options.quarantine
  const credentials = googleCredentials(google)
  const { firestoreEmulator, storageEmulator: emulatorHost } = google
  const connection = emulatorHost === undefined ? { bucket, credentials } : { bucket, emulatorHost }
  const catalog = new FirestoreCatalog({
    projectId,
    emulatorHost: firestoreEmulator,
    credentials,
    quotaBytes,
    recordLimits,
    eventRetentionDays,
    now,
  })
  const blobs = lazyPort<BlobStore>(
    async () => {
      const { GcsBlobStore } = await import('../adapters/gcs/blob-store.ts')
      return GcsBlobStore.open(connection)
    },
    { locate: (workspaceId, id, name) => locateIn(bucket, workspaceId, id, name) },
  )
  const includesUploads = quarantineBucket !== undefined
  const quarantine = lazyPort<Quarantine>(
    async () => {
      const { GcsQuarantine } = await import('../adapters/gcs/quarantine.ts')
      const options = { ...connection, includesUploads, retentionDays, now }
      return GcsQuarantine.open(includesUploads ? { ...options, quarantineBucket } : options)
    },
    { includesUploads },
  )
  const { folders, links, runs, shares, trail } = catalog
  return { catalog, folders, links, runs, shares, trail, blobs, quarantine }
}

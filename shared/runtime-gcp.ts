import { FirestoreCatalog } from './adapters/gcp/firestore-catalog.ts'
import { GcsBlobStore } from './adapters/gcp/gcs-blobs.ts'
import type { BlobStore, Catalog } from './workspace/ports.ts'

/** Firestore and one bucket of Cloud Storage. */
export async function openCloudStorage(options: {
  projectId: string
  bucket: string
  quotaBytes: number
  now: () => Date
}): Promise<{ catalog: Catalog; blobs: BlobStore }> {
  const { projectId, bucket, quotaBytes, now } = options
  const [catalog, blobs] = await Promise.all([
    FirestoreCatalog.open({ projectId, quotaBytes, now }),
    GcsBlobStore.open({ bucket, projectId }),
  ])
  return { catalog, blobs }
}

import type { FileId } from '../../model/ids.ts'
import { objectName, ownerOf } from '../../model/storage-path.ts'

/** The prefix of all blobs. The service does not list or change other objects in the bucket. */
export const objectPrefix = 'workspaces/'

/** The storage path of an object below `objectPrefix`. */
export function storagePathOf(bucket: string, object: string): string {
  return `gcs://${bucket}/${object}`
}

/** The storage path for a new file. In this module so that callers need not load the client, which is large. */
export function locateIn(bucket: string, workspaceId: string, id: FileId, name: string): string {
  return storagePathOf(bucket, objectPrefix + objectName(workspaceId, id, name))
}

/** The object at a storage path. Undefined for a path that `storagePathOf` never returns for this bucket. */
export function objectAt(bucket: string, storagePath: string): string | undefined {
  const root = `gcs://${bucket}/`
  if (!storagePath.startsWith(root + objectPrefix) || !ownerOf(storagePath)) return undefined
  return storagePath.slice(root.length)
}

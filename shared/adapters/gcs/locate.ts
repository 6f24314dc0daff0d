import type { FileId } from '../../model/ids.ts'
import { objectName, ownerOf } from '../../model/storage-path.ts'

/** All of the service's objects are below it; what else lies in the bucket is never listed or touched. */
export const objectPrefix = 'workspaces/'

/** The storage path of an object below `objectPrefix`. */
export function storagePathOf(bucket: string, object: string): string {
  return `gcs://${bucket}/${object}`
}

/** The storage path for a new file's bytes. Needs no client, whose code is large to load. */
export function locateIn(bucket: string, workspaceId: string, id: FileId, name: string): string {
  return storagePathOf(bucket, objectPrefix + objectName(workspaceId, id, name))
}

/** The object that a storage path names; undefined for one that `storagePathOf` never makes for this bucket. */
export function objectAt(bucket: string, storagePath: string): string | undefined {
  const root = `gcs://${bucket}/`
  if (!storagePath.startsWith(root + objectPrefix) || !ownerOf(storagePath)) return undefined
  return storagePath.slice(root.length)
}

import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { serveContent } from '../shared/http/content.ts'
import { idTimes } from '../shared/http/modified.ts'
import { etagOf } from '../shared/http/protocol/entity-tag.ts'
import { resumableRoutes } from '../shared/http/body/resumable.ts'
import { rawTarget } from '../shared/http/target.ts'
import { notFound } from '../shared/model/access.ts'
import { deleteBytes } from '../shared/workspace/delete-bytes.ts'
import type { BlobRef, SignOptions } from '../shared/ports/blob-store.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { readContent } from '../shared/workspace/read.ts'
import type { ResumableUploads } from '../shared/ports/resumable.ts'
import { ownerOf } from '../shared/model/storage-path.ts'

/** A blob store whose signed URLs and resumable sessions this service serves itself. */
export interface OwnStorage extends ResumableUploads {
  verifySignedUrl(url: string): BlobRef & SignOptions
  /** The storage path of a session's bytes; undefined if the session is unknown, cancelled or expired. */
  storagePathOfUpload(uploadId: string): Promise<string | undefined>
}

type StoragePorts = Pick<Ports, 'catalog' | 'blobs' | 'limits' | 'now'>

/**
 * `/signed/…` and `/uploads/{uploadId}`: signed URLs and resumable uploads of the local disk. In the cloud, Cloud Storage serves
 * both. The URL is the credential: these routes check no token.
 */
export const storageRoutes = (
  ports: StoragePorts,
  storage: OwnStorage,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
) =>
  new Hono<AppEnv>()
    .get('/signed/*', async (c) => {
      const { path, query } = rawTarget(c)
      const signed = storage.verifySignedUrl(`${path}?${query}`)
      const owner = ownerOf(signed.storagePath)
      if (!owner) throw notFound()
      const { file, open, bytes, openFile } = await readContent(ports, owner, { id: owner.id })
      if (file.generation !== signed.generation) throw notFound()
      return serveContent(c, {
        open,
        bytes,
        openFile,
        etag: etagOf(file.checksum),
        checksum: file.checksum,
        sizeBytes: file.sizeBytes,
        ...idTimes(file),
        contentType: signed.contentType,
        contentDisposition: signed.contentDisposition,
        crossOriginResourcePolicy,
      })
    })
    .route(
      '/',
      resumableRoutes(storage, (uploadId) => cancel(ports, storage, uploadId)),
    )

/** Ends a session and releases its path and quota immediately. */
async function cancel(ports: StoragePorts, storage: OwnStorage, uploadId: string): Promise<void> {
  const storagePath = await storage.storagePathOfUpload(uploadId)
  const owner = storagePath === undefined ? undefined : ownerOf(storagePath)
  // Later than the reservation of every file that is pending now.
  const abandonedBefore = new Date(ports.now().getTime() + 1)
  const expired =
    owner && (await ports.catalog.expire(owner.workspaceId, owner.id, abandonedBefore))
  await storage.cancelUpload(uploadId)
  await deleteBytes(ports, [expired])
}

import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { serveContent } from '../shared/http/content.ts'
import { etagOf } from '../shared/http/entity-tag.ts'
import { resumableRoutes } from '../shared/http/resumable.ts'
import { rawTarget } from '../shared/http/target.ts'
import { notFound } from '../shared/workspace/access.ts'
import type { BlobRef, Ports, SignOptions } from '../shared/workspace/ports.ts'
import { readContent } from '../shared/workspace/read.ts'
import type { ResumableUploads } from '../shared/workspace/resumable.ts'
import { ownerOf } from '../shared/workspace/storage-path.ts'

/** A blob store whose links and resumable sessions point back at this service. */
export interface OwnStorage extends ResumableUploads {
  verifySignedUrl(url: string): BlobRef & SignOptions
}

/** `/signed/…` and `/uploads/{uploadId}`: what Cloud Storage answers itself, for the local disk. The address is the permission. */
export const storageRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>,
  storage: OwnStorage,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
) =>
  new Hono<AppEnv>()
    .get('/signed/*', async (c) => {
      const { path, query } = rawTarget(c)
      const signed = storage.verifySignedUrl(`${path}?${query}`)
      const owner = ownerOf(signed.storagePath)
      if (!owner) throw notFound()
      const { file, open } = await readContent(ports, owner, { id: owner.id })
      if (file.generation !== signed.generation) throw notFound()
      return serveContent(c, {
        open,
        etag: etagOf(file.checksum),
        checksum: file.checksum,
        sizeBytes: file.sizeBytes,
        lastModified: new Date(file.updatedAt),
        mimeType: signed.contentType,
        contentDisposition: signed.contentDisposition,
        crossOriginResourcePolicy,
      })
    })
    .route('/', resumableRoutes(storage))

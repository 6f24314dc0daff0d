import { Hono } from 'hono'
import { Readable } from 'node:stream'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { serveContent } from '../shared/http/content.ts'
import { contentDisposition } from '../shared/http/protocol/disposition.ts'
import { etagOf } from '../shared/http/protocol/entity-tag.ts'
import { parseQuery } from '../shared/http/query.ts'
import { previewQuery } from '../shared/api/requests/reads.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { openPreviews } from '../shared/workspace/preview.ts'

/** `GET /files/{id}/preview`: a small picture of a file, or the first bytes of its text. */
export const previewRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'renderer' | 'limits'>,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
) => {
  const previews = openPreviews(ports)
  return new Hono<AppEnv>().get('/files/:id/preview', allow('files:read'), async (c) => {
    const { as, w: width, bytes } = parseQuery(c, previewQuery)
    const preview = await previews(c.get('caller'), c.req.param('id'), { as, width, bytes })
    const { file, mimeType, checksum } = preview
    const suffix = mimeType === 'image/webp' ? 'webp' : 'txt'
    return serveContent(c, {
      open: async (range) =>
        Readable.from([preview.bytes.subarray(range?.start, range && range.end + 1)]),
      etag: etagOf(checksum),
      sizeBytes: preview.bytes.length,
      checksum,
      contentType: mimeType,
      contentDisposition: contentDisposition('inline', `${file.name}.${suffix}`),
      // A picture changes only with renderVersion, which is part of its ETag; the bytes never change.
      lastModified: new Date(file.createdAt),
      crossOriginResourcePolicy,
    })
  })
}

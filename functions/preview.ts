import { Hono } from 'hono'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { serveContent } from '../shared/http/content.ts'
import { contentDisposition } from '../shared/http/protocol/disposition.ts'
import { etagOf } from '../shared/http/protocol/entity-tag.ts'
import { parseQuery } from '../shared/http/query.ts'
import { integer } from '../shared/api/text-fields.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { openPreviews } from '../shared/workspace/preview.ts'

const defaultWidth = 400
const defaultTextBytes = 4096

const sizeSchema = z.object({
  w: integer(16, 1024).optional(),
  bytes: integer(1, 64 * 1024).optional(),
})

/** `GET /files/{id}/preview`: a small picture of a file, or the beginning of a text. */
export const previewRoutes = (
  ports: Pick<Ports, 'catalog' | 'blobs' | 'renderer' | 'limits'>,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
) => {
  const previews = openPreviews(ports)
  return new Hono<AppEnv>().get('/files/:id/preview', allow('files:read'), async (c) => {
    const { w: width = defaultWidth, bytes = defaultTextBytes } = parseQuery(c, sizeSchema)
    const preview = await previews(c.get('caller'), c.req.param('id'), { width, bytes })
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
      // Never before the bytes it was made of: an older picture is of an older renderVersion.
      lastModified: new Date(file.createdAt),
      crossOriginResourcePolicy,
    })
  })
}

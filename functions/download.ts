import { Hono } from 'hono'
import { z } from 'zod'
import type { AppEnv } from '../shared/http/app-env.ts'
import { qualityOf } from '../shared/http/protocol/accept.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { parseQuery } from '../shared/http/query.ts'
import { flag, integer } from '../shared/api/text-fields.ts'
import { servedAs } from '../shared/http/served-as.ts'
import { absoluteUrl, locationUrl } from '../shared/http/target.ts'
import { download } from '../shared/workspace/download.ts'
import type { Ports } from '../shared/ports/ports.ts'

type DownloadPorts = Pick<Ports, 'catalog' | 'blobs' | 'limits' | 'now'>

/** Cloud Storage signs for at most seven days. */
const maxSignedUrlSeconds = 604_800

const downloadSchema = z.object({
  expiresIn: integer(1, maxSignedUrlSeconds).optional(),
  inline: flag.optional(),
})

/** `GET /files/{id}/download`: a link to the bytes that works without a token until it expires. */
export const downloadRoutes = (ports: DownloadPorts, settings: { signedUrlSeconds: number }) =>
  new Hono<AppEnv>().get('/files/:id/download', allow('files:read'), async (c) => {
    const { expiresIn = settings.signedUrlSeconds, inline = false } = parseQuery(c, downloadSchema)
    const { url, expiresAt, mimeType } = await download(ports, c.get('caller'), {
      id: c.req.param('id'),
      expiresInSeconds: expiresIn,
      servedAs: (file) => servedAs(file, inline),
    })
    c.header('Vary', 'Accept')
    return prefersJson(c.req.header('Accept'), mimeType)
      ? c.json({ url: absoluteUrl(c, url), expiresAt: expiresAt.toISOString() })
      : c.redirect(locationUrl(c, url), 302)
  })

/**
 * Whether a client would rather have the link as JSON than the file: axios, which accepts both alike, gets the file. A file
 * of JSON counts as bytes, or no client could ask for the link to it.
 */
function prefersJson(accept: string | undefined, mimeType: string): boolean {
  const fileType = mimeType === 'application/json' ? 'application/octet-stream' : mimeType
  return qualityOf(accept, 'application/json') > qualityOf(accept, fileType)
}

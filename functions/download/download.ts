import { Hono } from 'hono'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { qualityOf } from '../../shared/http/protocol/accept.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { downloadQuery } from '../../shared/api/requests/reads.ts'
import { servedAs } from '../../shared/http/served-as.ts'
import { absoluteUrl, locationUrl } from '../../shared/http/target.ts'
import { download } from '../../shared/workspace/download.ts'
import type { Ports } from '../../shared/ports/ports.ts'

type DownloadPorts = Pick<Ports, 'catalog' | 'blobs' | 'limits' | 'now'>

/** `GET /files/{id}/download`: redirects to a signed URL of the bytes, or answers the URL as JSON. The URL needs no token. */
export const downloadRoutes = (ports: DownloadPorts, settings: { signedUrlSeconds: number }) =>
  new Hono<AppEnv>().get('/files/:id/download', allow('files:read'), async (c) => {
    const { expiresIn = settings.signedUrlSeconds, inline } = parseQuery(c, downloadQuery)
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
 * Whether a client prefers JSON with the URL to the file. On equal preference the answer is a redirect, because axios accepts
 * both. A JSON file counts as `application/octet-stream`; otherwise no client could request the URL of such a file.
 */
function prefersJson(accept: string | undefined, mimeType: string): boolean {
  const fileType = mimeType === 'application/json' ? 'application/octet-stream' : mimeType
  return qualityOf(accept, 'application/json') > qualityOf(accept, fileType)
}

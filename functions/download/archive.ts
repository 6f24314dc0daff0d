import { Hono } from 'hono'
import { archiveQuery } from '../../shared/api/requests/reads.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { answerArchive } from '../../shared/http/archive-answer.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { qualityOf } from '../../shared/http/protocol/accept.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { absoluteUrl, basePath } from '../../shared/http/target.ts'
import { invalid } from '../../shared/model/errors.ts'
import { parseFolder, parseSessionId } from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { archiveEntries } from '../../shared/workspace/archive/entries.ts'
import { createLink, findLink } from '../../shared/workspace/archive/link.ts'
import { selectFiles } from '../../shared/workspace/archive/select.ts'
import { archiveName } from '../../shared/workspace/archive/zip.ts'

type ArchivePorts = Pick<Ports, 'catalog' | 'links' | 'blobs' | 'limits' | 'now'>

/**
 * `GET /archive` answers a ZIP archive of a folder or of some files, or as JSON a link to it. The link, `GET /archive/{token}`,
 * needs no token.
 */
export const archiveRoutes = (ports: ArchivePorts, settings: { signedUrlSeconds: number }) =>
  new Hono<AppEnv>()
    .get('/archive', allow('files:read'), async (c) => {
      const caller = c.get('caller')
      const { prefix, ids, session, expiresIn } = parseQuery(c, archiveQuery)
      const scope = session === undefined ? caller.session : parseSessionId(session)
      if ((prefix === undefined) === (ids === undefined)) {
        throw invalid('prefix', 'is required, unless "ids" is given; only one of them may be')
      }
      const request = ids ? { ids } : { folder: parseFolder(prefix ?? '', scope) }
      const selection = await selectFiles(ports, caller, request)
      c.header('Vary', 'Accept')
      if (!prefersJson(c.req.header('Accept'))) {
        return answerArchive(c, archiveName(selection), archiveEntries(ports, caller, selection))
      }
      const expiresInSeconds = expiresIn ?? settings.signedUrlSeconds
      const { token, expiresAt } = await createLink(ports, caller, { selection, expiresInSeconds })
      const url = absoluteUrl(c, `${basePath}/archive/${token}`)
      return c.json({ url, expiresAt: expiresAt.toISOString() })
    })
    .get('/archive/:token', async (c) => {
      const { caller, selection } = await findLink(ports, c.req.param('token'))
      return answerArchive(c, archiveName(selection), archiveEntries(ports, caller, selection))
    })

function prefersJson(accept: string | undefined): boolean {
  return qualityOf(accept, 'application/json') > qualityOf(accept, 'application/zip')
}

import { Hono } from 'hono'
import { shareBody, sharePageQuery } from '../../shared/api/requests/shares.ts'
import { shareView } from '../../shared/api/share-view.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { jsonBody } from '../../shared/http/body/json-body.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { absoluteUrl, basePath, locationUrl } from '../../shared/http/target.ts'
import { parseSessionId } from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { createShare } from '../../shared/workspace/shares/create-share.ts'
import { listShares, revokeShare } from '../../shared/workspace/shares/list-shares.ts'

type SharePorts = Pick<Ports, 'catalog' | 'shares' | 'limits' | 'now'>

/** `/shares` creates, lists and revokes share links. */
export const shareRoutes = (ports: SharePorts) =>
  new Hono<AppEnv>()
    // A link reads for its holders, so a caller without the right to read cannot create one.
    .post('/shares', allow('files:write', 'files:read'), async (c) => {
      const { fileId, folder = '', session, expiresIn } = await jsonBody(c, shareBody)
      const inFolder = {
        folder,
        session: session === undefined ? session : parseSessionId(session),
      }
      const { share, token } = await createShare(ports, c.get('caller'), {
        target: fileId === undefined ? inFolder : { fileId },
        expiresInSeconds: expiresIn,
      })
      const path = `${basePath}/s/${token}`
      c.header('Location', locationUrl(c, path))
      return c.json({ ...shareView(share, ports.now()), url: absoluteUrl(c, path) }, 201)
    })
    .get('/shares', allow('files:read'), async (c) => {
      const request = parseQuery(c, sharePageQuery)
      const { shares, ...page } = await listShares(ports, c.get('caller'), request)
      const now = ports.now()
      return c.json({ shares: shares.map((share) => shareView(share, now)), ...page })
    })
    .delete('/shares/:id', allow('files:write'), async (c) => {
      await revokeShare(ports, c.get('caller'), c.req.param('id'))
      return c.body(null, 204)
    })

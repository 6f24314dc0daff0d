import { Hono } from 'hono'
import { foldersQuery } from '../shared/api/requests/reads.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { parseQuery } from '../shared/http/query.ts'
import { parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { listFolders } from '../shared/workspace/folders/list-folders.ts'

/** `GET /folders` lists folders with the number and the bytes of their files. */
export const folderRoutes = (ports: Pick<Ports, 'folders'>) =>
  new Hono<AppEnv>().get('/folders', allow('files:read'), async (c) => {
    const { session, ...query } = parseQuery(c, foldersQuery)
    const listing = await listFolders(ports, c.get('caller'), {
      ...query,
      session: session === undefined ? undefined : parseSessionId(session),
    })
    return c.json(listing)
  })

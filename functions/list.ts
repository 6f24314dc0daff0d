import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { fieldsJson, fileViewJson } from '../shared/api/file-view.ts'
import { jsonAnswer } from '../shared/http/plain-answer.ts'
import { parseQuery } from '../shared/http/query.ts'
import { listQuery } from '../shared/api/requests/reads.ts'
import { usageView } from '../shared/api/usage-view.ts'
import { list, usage } from '../shared/workspace/list.ts'
import { parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'

/** `GET /files` lists files and folders. `GET /usage` shows the usage and the limits of the workspace. */
export const listRoutes = (ports: Pick<Ports, 'catalog' | 'limits'>) =>
  new Hono<AppEnv>()
    .get('/files', allow('files:read'), async (c) => {
      const { delimiter, session, q, fields, ...query } = parseQuery(c, listQuery)
      const { files, ...page } = await list(ports, c.get('caller'), {
        ...query,
        folders: delimiter !== undefined,
        nameContains: q,
        session: session === undefined ? undefined : parseSessionId(session),
      })
      const views = files.map((file) => (fields ? fieldsJson(file, fields) : fileViewJson(file)))
      // `hasMore` is always there, so the rest is never empty.
      const rest = JSON.stringify(page).slice(1)
      return jsonAnswer(`{"files":[${views.join()}],${rest}`)
    })
    .get('/usage', allow('files:read'), async (c) => {
      return c.json(usageView(await usage(ports, c.get('caller')), ports.limits))
    })

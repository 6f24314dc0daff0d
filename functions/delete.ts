import { Hono, type Context } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { parseQuery } from '../shared/http/query.ts'
import { deleteQuery } from '../shared/api/requests/changes.ts'
import { pathAfter, locationUrl } from '../shared/http/target.ts'
import { changePreconditions } from '../shared/http/request-options.ts'
import { remove, removeSession } from '../shared/workspace/delete.ts'
import { parsePath, parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'

/** Cloud Run ends a request of this function after 60 seconds. */
const budgetMs = 20_000

/** `DELETE /files/{id}`, `DELETE /content/{path}`, `DELETE /sessions/{sessionId}`: move files to the trash, or purge them. */
export const deleteRoutes = (ports: Pick<Ports, 'catalog' | 'blobs' | 'now'>) =>
  new Hono<AppEnv>()
    .delete('/files/:id', allow('files:write'), async (c) => {
      await remove(ports, c.get('caller'), { id: c.req.param('id') }, optionsOf(c))
      return c.body(null, 204)
    })
    .delete('/content/*', allow('files:write'), async (c) => {
      const path = parsePath(pathAfter(c, 'content'))
      await remove(ports, c.get('caller'), { path }, optionsOf(c))
      return c.body(null, 204)
    })
    .delete('/sessions/:id', allow('files:write'), async (c) => {
      const session = parseSessionId(c.req.param('id'))
      const options = { ...parseQuery(c, deleteQuery), budgetMs }
      const isDone = await removeSession(ports, c.get('caller'), session, options)
      if (isDone) return c.body(null, 204)
      // RFC 9110 §15.3.3: accepted, not completed. The client repeats the request to delete the rest.
      return c.body(null, 202, { 'Retry-After': '1', Location: locationUrl(c, c.req.path) })
    })

function optionsOf(c: Context<AppEnv>) {
  return { ...parseQuery(c, deleteQuery), ...changePreconditions(c) }
}

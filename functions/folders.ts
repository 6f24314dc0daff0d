import { Hono, type Context } from 'hono'
import {
  moveFolderBody,
  removeFolderQuery,
  restoreFolderBody,
} from '../shared/api/requests/folders.ts'
import { foldersQuery } from '../shared/api/requests/reads.ts'
import { operationView } from '../shared/api/operation-view.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import type { Background } from '../shared/http/background.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { parseQuery } from '../shared/http/query.ts'
import { waitSeconds } from '../shared/http/request-options.ts'
import { basePath, locationUrl } from '../shared/http/target.ts'
import type { FolderOperation } from '../shared/model/folders/operation.ts'
import { parseFolder, parseSessionId } from '../shared/model/path.ts'
import { listFolders } from '../shared/workspace/folders/list-folders.ts'
import {
  awaitOperation,
  operateOnFolder,
  type FolderPorts,
  type FolderTarget,
} from '../shared/workspace/folders/operate.ts'
import { runOperation } from '../shared/workspace/folders/run-operation.ts'

/** `/folders` lists, moves, deletes and restores folders. `GET /operations/{id}` shows the progress of the last three. */
export const folderRoutes = (ports: FolderPorts, background?: Background) => {
  const operate = async (c: Context<AppEnv>, target: FolderTarget) => {
    const wait = { seconds: waitSeconds(c), signal: c.req.raw.signal }
    const operation = await operateOnFolder(ports, c.get('caller'), target, wait)
    if (operation.state !== 'running') return c.json(operationView(operation))
    background?.add(finish(operation, background.closing), `The operation ${operation.id}`)
    c.header('Location', locationUrl(c, `${basePath}/operations/${operation.id}`))
    c.header('Retry-After', '1')
    return c.json(operationView(operation), 202)
  }
  const finish = (operation: FolderOperation, closing: AbortSignal) =>
    runOperation(ports, operation, () => closing.aborted)

  return new Hono<AppEnv>()
    .get('/folders', allow('files:read'), async (c) => {
      const { session, ...query } = parseQuery(c, foldersQuery)
      const listing = await listFolders(ports, c.get('caller'), {
        ...query,
        session: sessionOf(session),
      })
      return c.json(listing)
    })
    .patch('/folders', allow('files:write'), async (c) => {
      const { from, to, session } = await jsonBody(c, moveFolderBody)
      const folderOf = folderParser(c, session)
      return operate(c, { kind: 'move', folder: folderOf(from, 'from'), to: folderOf(to, 'to') })
    })
    .delete('/folders', allow('files:write'), async (c) => {
      const { prefix, session } = parseQuery(c, removeFolderQuery)
      return operate(c, { kind: 'delete', folder: folderParser(c, session)(prefix, 'prefix') })
    })
    .post('/folders/restore', allow('files:write'), async (c) => {
      const { prefix, session, operation } = await jsonBody(c, restoreFolderBody)
      if (operation !== undefined) return operate(c, { kind: 'restore', undoes: operation })
      const folder = folderParser(c, session)(prefix ?? '', 'prefix')
      return operate(c, { kind: 'restore', folder })
    })
    .get('/operations/:id', allow('files:read'), async (c) => {
      const wait = { seconds: waitSeconds(c, 0), signal: c.req.raw.signal }
      const operation = await awaitOperation(ports, c.get('caller'), c.req.param('id'), wait)
      return c.json(operationView(operation))
    })
}

/** Parses folders relative to the session of the request, or of the token. */
function folderParser(c: Context<AppEnv>, session: string | undefined) {
  const scope = sessionOf(session) ?? c.get('caller').session
  return (input: string, field: string) => parseFolder(input, scope, field)
}

function sessionOf(session: string | undefined) {
  return session === undefined ? undefined : parseSessionId(session)
}

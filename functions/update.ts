import { Hono } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { answerFile, answerOutcome } from '../shared/http/file-answer.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { changePreconditions } from '../shared/http/request-options.ts'
import { copyBody, restoreBody, updateBody } from '../shared/api/requests/changes.ts'
import { resolvePath, type Caller } from '../shared/model/access.ts'
import { chosenConflict } from '../shared/model/conflict/on-conflict.ts'
import { parseName, parseSessionId } from '../shared/model/path.ts'
import type { WorkspacePath } from '../shared/model/ids.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { copy, restore, update } from '../shared/workspace/update.ts'
import { restoreVersion } from '../shared/workspace/versions.ts'
import { outcomeOf } from '../shared/workspace/upload/upload-and-wait.ts'

type UpdatePorts = Pick<Ports, 'catalog' | 'blobs' | 'now' | 'newId' | 'limits'>

/** Change or copy a record: `PATCH /files/{id}`, and `POST` of its copy, of its restoration and of an earlier version. */
export const updateRoutes = (ports: UpdatePorts) =>
  new Hono<AppEnv>()
    .patch('/files/:id', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const { name, path, session, onConflict, metadata } = await jsonBody(c, updateBody)
      const file = await update(ports, caller, c.req.param('id'), {
        ...changePreconditions(c),
        ...(name !== undefined && { name: parseName(name) }),
        ...(path !== undefined && { path: pathOf(caller, path, session) }),
        onConflict,
        ...(metadata && { metadata }),
      })
      return answerFile(file)
    })
    .post('/files/:id/copy', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const { path, session, ...conflict } = await jsonBody(c, copyBody)
      const to = pathOf(caller, path, session)
      const file = await copy(ports, caller, {
        id: c.req.param('id'),
        path: to,
        onConflict: chosenConflict(conflict),
      })
      return answerOutcome(c, outcomeOf(file))
    })
    .post('/files/:id/restore', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const { path, session, onConflict } = await jsonBody(c, restoreBody, { optional: true })
      const to = path === undefined ? undefined : pathOf(caller, path, session)
      return answerFile(await restore(ports, caller, c.req.param('id'), { path: to, onConflict }))
    })
    .post('/files/:id/versions/:version/restore', allow('files:write'), async (c) => {
      const { id, version: versionId } = c.req.param()
      return answerFile(await restoreVersion(ports, c.get('caller'), { id, versionId }))
    })

function pathOf(caller: Caller, path: string, session: string | undefined): WorkspacePath {
  return resolvePath(caller, path, session === undefined ? undefined : parseSessionId(session))
}

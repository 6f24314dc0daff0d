import { Hono, type Context } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { serveContent } from '../shared/http/content.ts'
import { etagOf } from '../shared/http/protocol/entity-tag.ts'
import { answerFile } from '../shared/http/file-answer.ts'
import { parseQuery } from '../shared/http/query.ts'
import { fileView } from '../shared/api/file-view.ts'
import { contentQuery, versionsQuery } from '../shared/api/requests/reads.ts'
import { idTimes, pathTimes } from '../shared/http/modified.ts'
import { servedAs } from '../shared/http/served-as.ts'
import { pathAfter } from '../shared/http/target.ts'
import { waitSeconds } from '../shared/http/request-options.ts'
import { WorkspaceError } from '../shared/model/errors.ts'
import { parsePath } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { readContent, readFile, type FileName } from '../shared/workspace/read.ts'
import { listVersions } from '../shared/workspace/versions.ts'
import { awaitVerdict, throwPastRefusal } from '../shared/workspace/upload/await-verdict.ts'

type ReadPorts = Pick<Ports, 'catalog' | 'blobs' | 'limits'>

/**
 * `GET /files/{id}` and `GET /paths/{path}` answer a file's record, `GET /files/{id}/versions` those of its path.
 * `GET /files/{id}/content` and `GET /content/{path}` answer its bytes.
 */
export const readRoutes = (
  ports: ReadPorts,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
) => {
  const content = async (c: Context<AppEnv>, name: FileName) => {
    const { inline } = parseQuery(c, contentQuery)
    const { file, open, bytes, openFile } = await readContent(ports, c.get('caller'), name)
    const { checksum, sizeBytes } = file
    return serveContent(c, {
      open,
      bytes,
      openFile,
      etag: etagOf(checksum),
      sizeBytes,
      checksum,
      ...servedAs(file, inline),
      ...('path' in name ? pathTimes(file) : idTimes(file)),
      crossOriginResourcePolicy,
    })
  }
  const record = async (c: Context<AppEnv>, name: FileName) => {
    const caller = c.get('caller')
    const file = await readFile(ports, caller, name).catch(async (error: unknown) => {
      if (isNotFound(error) && 'id' in name) await throwPastRefusal(ports, caller, name.id)
      throw error
    })
    const seconds = waitSeconds(c, 0)
    if (file.state !== 'pending' || seconds === 0) return answerFile(file)
    return answerFile(await awaitVerdict(ports, file, { seconds, signal: c.req.raw.signal }))
  }
  return new Hono<AppEnv>()
    .get('/files/:id', allow('files:read'), (c) => record(c, { id: c.req.param('id') }))
    .get('/paths/*', allow('files:read'), (c) =>
      record(c, { path: parsePath(pathAfter(c, 'paths')) }),
    )
    .get('/files/:id/versions', allow('files:read'), async (c) => {
      const request = { id: c.req.param('id'), ...parseQuery(c, versionsQuery) }
      const { versions, ...page } = await listVersions(ports, c.get('caller'), request)
      return c.json({ versions: versions.map(fileView), ...page })
    })
    .get('/files/:id/content', allow('files:read'), (c) => content(c, { id: c.req.param('id') }))
    .get('/content/*', allow('files:read'), (c) =>
      content(c, { path: parsePath(pathAfter(c, 'content')) }),
    )
}

function isNotFound(error: unknown): boolean {
  return error instanceof WorkspaceError && error.code === 'not-found'
}

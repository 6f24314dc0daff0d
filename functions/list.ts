import { Hono } from 'hono'
import { z } from 'zod'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { fileView } from '../shared/api/file-view.ts'
import { parseQuery } from '../shared/http/query.ts'
import { flag, integer } from '../shared/api/text-fields.ts'
import { usageView } from '../shared/api/usage-view.ts'
import { originSchema, stateSchema } from '../shared/model/file.ts'
import { list, usage } from '../shared/workspace/list.ts'
import { parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'

const listSchema = z.object({
  prefix: z.string().optional(),
  delimiter: z.literal('/', 'must be "/"').optional(),
  session: z.string().optional(),
  allSessions: flag.optional(),
  state: stateSchema.optional(),
  origin: originSchema.optional(),
  q: z.string().optional(),
  deleted: flag.optional(),
  sort: z.enum(['created', 'path']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  limit: integer(1, 1000).optional(),
  cursor: z.string().optional(),
  offset: integer(0, Number.MAX_SAFE_INTEGER).optional(),
  total: flag.optional(),
})

const defaultLimit = 200

/** `GET /files`, `GET /usage`: what a workspace holds. */
export const listRoutes = (ports: Pick<Ports, 'catalog'>) =>
  new Hono<AppEnv>()
    .get('/files', allow('files:read'), async (c) => {
      const { delimiter, session, q, limit = defaultLimit, ...query } = parseQuery(c, listSchema)
      const { files, ...page } = await list(ports, c.get('caller'), {
        ...query,
        limit,
        folders: delimiter !== undefined,
        nameContains: q,
        session: session === undefined ? undefined : parseSessionId(session),
      })
      return c.json({ files: files.map(fileView), ...page })
    })
    .get('/usage', allow('files:read'), async (c) => {
      return c.json(usageView(await usage(ports, c.get('caller'))))
    })

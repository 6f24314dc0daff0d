import { createHash } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { blocksQuery, runBody } from '../../shared/api/requests/blocks.ts'
import { runView } from '../../shared/api/run-view.ts'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { describe, summaryOf } from '../../shared/blocks/describe.ts'
import type { Registry } from '../../shared/blocks/registry.ts'
import type { Executor } from '../../shared/blocks/run/executor.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { idleSeconds } from '../../shared/http/body/body.ts'
import { jsonBody } from '../../shared/http/body/json-body.ts'
import { etagOf, matchesWeakly, parseEntityTags } from '../../shared/http/protocol/entity-tag.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { idempotencyKey } from '../../shared/http/request-options.ts'
import { answerRun, runFormOf } from '../../shared/http/runs/answer-run.ts'
import { createCursor, readPosition } from '../../shared/model/cursor.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import { parseSessionId } from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { readRun } from '../../shared/workspace/runs/read-runs.ts'

/** Inputs may contain data URIs, which are in memory as a whole. Larger files are references. */
const maxBodyBytes = 4 * 1024 * 1024

const positionSchema = z.strictObject({ offset: z.int().nonnegative() })

/** `/blocks` lists and describes the blocks of this server, and runs them. Opens the blocks at the first request. */
export const blockRoutes = (
  ports: Pick<Ports, 'runs'>,
  open: () => Promise<{ registry: Registry; executor: Executor }>,
) =>
  new Hono<AppEnv>()
    .get('/blocks', allow('blocks:run'), async (c) => {
      const { registry } = await open()
      const { limit, cursor, ...query } = parseQuery(c, blocksQuery)
      const scope = { blocks: true, ...query }
      const { offset } =
        cursor === undefined ? { offset: 0 } : readPosition(scope, cursor, positionSchema)
      const found = registry.find(query)
      const end = offset + limit
      const hasMore = found.length > end
      return c.json({
        blocks: found.slice(offset, end).map(summaryOf),
        ...(hasMore && { nextCursor: createCursor(scope, { offset: end }) }),
        hasMore,
      })
    })
    .get('/blocks/:id', allow('blocks:run'), async (c) =>
      answerBlock(c, blockOf((await open()).registry, c)),
    )
    .post(
      '/blocks/:id/run',
      // A block reads the files of its input and stores those of its outputs.
      allow('blocks:run', 'files:read', 'files:write'),
      async (c) => {
        const { registry, executor } = await open()
        const block = blockOf(registry, c)
        const form = runFormOf(c)
        const key = idempotencyKey(c)
        const { input, session } = await jsonBody(c, runBody, {
          maxBytes: maxBodyBytes,
          idleSeconds,
        })
        const caller = c.get('caller')
        const sessionId = session === undefined ? undefined : parseSessionId(session)
        return answerRun(c, form, {
          run: (signal) =>
            executor.execute({ block, input, caller, sessionId, idempotencyKey: key, signal }),
          record: async (id) => runView(await readRun(ports, caller, id)),
        })
      },
    )

function blockOf(registry: Registry, c: Context<AppEnv>): AnyBlock {
  const block = registry.get(c.req.param('id') ?? '')
  if (block) return block
  throw new WorkspaceError(
    'not-found',
    'id: There is no such block. List the blocks with GET /api/workspace/blocks.',
    { errors: [{ field: 'id', detail: 'is not the id of a block' }] },
  )
}

function answerBlock(c: Context<AppEnv>, block: AnyBlock): Response {
  const body = JSON.stringify(describe(block))
  const etag = etagOf(createHash('sha256').update(body).digest('hex'))
  c.header('ETag', etag)
  c.header('Cache-Control', 'private, no-cache')
  const tags = parseEntityTags(c.req.header('If-None-Match') ?? '')
  const isKnown = tags === '*' || tags?.some((tag) => matchesWeakly(tag, etag)) === true
  if (isKnown) return c.body(null, 304)
  return c.body(body, 200, { 'Content-Type': 'application/json' })
}

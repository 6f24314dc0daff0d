import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { Hono, type Context } from 'hono'
import type { z } from 'zod'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { LogEntry } from '../shared/observability/log.ts'
import { bodyStream, declaredLength } from '../shared/http/body/body.ts'
import { isClientAbort } from '../shared/http/server/client-abort.ts'
import { parsed } from '../shared/api/parsed.ts'
import { problemResponse } from '../shared/http/problem.ts'
import { normalizeQuery, renderQuery } from '../shared/api/requests/render.ts'
import { parsePairs } from '../shared/http/protocol/form-urlencoded.ts'
import { rawTarget } from '../shared/http/target.ts'
import { parseEssence } from '../shared/media/essence.ts'
import { modelPictureType } from '../shared/media/model-picture-type.ts'
import { previewKind } from '../shared/media/preview-kind.ts'
import { invalid, rendererBusy, WorkspaceError } from '../shared/model/errors.ts'
import type { Renderer } from '../shared/ports/renderer.ts'

/** Above the concurrency of the Cloud Run service (infra/program/services/render.ts). Each request may keep a file in memory. */
const maxInFlight = 8

/** The limit from the head of a request to the head of its answer. A normalization waits for the bytes of an upload. */
export const requestSeconds = 600

/**
 * The service `render`. `POST /render?width=` answers a WebP picture of the file in the body. `POST /normalize?maxWidth=&maxHeight=`
 * answers an image in the format of the request. The service has neither catalog nor store. It verifies no token, because in the
 * cloud IAM does (docs/decisions/isolated-decoders.md). It stops a decoder whose client disconnects.
 */
export function renderApp(renderer: Renderer, log: (entry: LogEntry) => void): Hono<AppEnv> {
  let inFlight = 0
  return new Hono<AppEnv>()
    .use(async (c, next) => {
      const startedAt = performance.now()
      c.set('requestId', randomUUID())
      await next()
      c.res.headers.set('X-Request-Id', c.get('requestId'))
      c.res.headers.set('X-Content-Type-Options', 'nosniff')
      const { method, path } = c.req
      log({
        severity: c.res.status >= 500 ? 'ERROR' : 'INFO',
        message: `${method} ${path.slice(0, 20)} ${c.res.status}`,
        requestId: c.get('requestId'),
        seconds: (performance.now() - startedAt) / 1000,
      })
    })
    .use('/:operation', async (_, next) => {
      if (inFlight >= maxInFlight) throw rendererBusy()
      inFlight += 1
      try {
        await next()
      } finally {
        inFlight -= 1
      }
    })
    .post('/render', async (c) => {
      const { width, height, maxBytes, page } = queryOf(c, renderQuery)
      const mimeType = typeOf(c)
      const kind = previewKind(mimeType)
      if (kind === undefined || kind === 'text') throw noPicture(mimeType)
      const picture = await renderer.render({
        open: async () => bodyStream(c),
        sizeBytes: declaredLength(c) ?? 0,
        mimeType,
        kind,
        width,
        ...(maxBytes !== undefined && { forModel: { height, maxBytes } }),
        page,
        signal: signalOf(c),
      })
      const type = maxBytes === undefined ? 'image/webp' : modelPictureType(picture)
      return answer(new Uint8Array(picture), type)
    })
    .post('/text', async (c) => {
      const text = await renderer.text({
        open: async () => bodyStream(c),
        sizeBytes: declaredLength(c) ?? 0,
        signal: signalOf(c),
      })
      return answer(new Uint8Array(text), 'text/plain; charset=utf-8')
    })
    .post('/normalize', async (c) => {
      const options = queryOf(c, normalizeQuery)
      const mimeType = typeOf(c)
      const image = await renderer.normalize(bodyStream(c), options, signalOf(c))
      return answer(Readable.toWeb(image) as ReadableStream<Uint8Array>, mimeType)
    })
    .notFound((c) => {
      const detail = 'This service answers POST /render, POST /text and POST /normalize.'
      return problemResponse(new WorkspaceError('not-found', detail), problemContext(c))
    })
    .onError((error, c) => {
      const refusal = error.name === 'TimeoutError' ? tooLong() : error
      if (!(refusal instanceof WorkspaceError) && !isClientAbort(error, c.req.raw.signal)) {
        const { message } = error
        log({ severity: 'ERROR', message, ...problemContext(c), stack_trace: inspect(error) })
      }
      return problemResponse(refusal, problemContext(c))
    })
}

function queryOf<Schema extends z.ZodObject>(c: Context<AppEnv>, schema: Schema) {
  return parsed(
    schema,
    parsePairs(rawTarget(c).query, () => true),
    'query',
  )
}

function typeOf(c: Context<AppEnv>): string {
  const mimeType = parseEssence(c.req.header('Content-Type') ?? '')
  if (mimeType === undefined) throw invalid('Content-Type', 'must be the media type of the body')
  return mimeType
}

/** Aborts when the client disconnects or the time limit ends. */
function signalOf(c: Context<AppEnv>): AbortSignal {
  return AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(requestSeconds * 1000)])
}

function answer(body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, mimeType: string) {
  return new Response(body, { headers: { 'Content-Type': mimeType } })
}

const problemContext = (c: Context<AppEnv>) => ({ requestId: c.get('requestId') })

function noPicture(mimeType: string): WorkspaceError {
  return new WorkspaceError('unsupported-type', `Pictures of ${mimeType} are not supported.`)
}

function tooLong(): WorkspaceError {
  return new WorkspaceError(
    'timeout',
    `The bytes did not arrive and could not be rendered within ${requestSeconds} s. Send them faster.`,
  )
}

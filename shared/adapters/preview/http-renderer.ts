import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { rendererBusy, WorkspaceError } from '../../model/errors.ts'
import type { Renderer } from '../../ports/renderer.ts'
import { bounds } from './bounds.ts'
import { Refusal, refusalFor } from './refusals.ts'
import {
  callRenderService,
  Outage,
  type RenderAnswer,
  type RenderCall,
  type RenderService,
} from './render-call.ts'

/** Ample for a WebP of 1024 × 4096 pixels. */
const maxPreviewBytes = 16 * 1024 * 1024
const maxProblemBytes = 64 * 1024

/** The problem types of functions/render.ts. Any other response is an outage. */
const codes = ['unsupported-type', 'too-many-requests', 'timeout'] as const
const problemPrefix = 'urn:coffer:problem:'
const problemSchema = z.object({
  type: z
    .string()
    .startsWith(problemPrefix)
    .transform((type) => type.slice(problemPrefix.length))
    .pipe(z.enum(codes)),
  detail: z.string(),
})

/** Renders with the service `render`. */
export function openHttpRenderer(service: RenderService): Renderer {
  return {
    async render({ open, sizeBytes, mimeType, width, forModel, page, signal }) {
      if (sizeBytes > bounds.sourceBytes) throw refusalFor('preview', new Refusal('too-large'))
      const query = queryOf({ width, ...forModel, page })
      const path = `/render?${query}`
      const answer = await ask(service, { path, contentType: mimeType, open, signal })
      try {
        return await buffer(bounded(answer.body, maxPreviewBytes))
      } finally {
        answer.close()
      }
    },
    async text({ open, sizeBytes, signal }) {
      if (sizeBytes > bounds.sourceBytes) throw refusalFor('preview', new Refusal('too-large'))
      const call = { path: '/text', contentType: 'application/pdf', open, signal }
      const answer = await ask(service, call)
      try {
        return await buffer(bounded(answer.body, maxPreviewBytes))
      } finally {
        answer.close()
      }
    },
    async normalize(body, options, signal) {
      // The body may fail before it is read. Reading it throws the error later.
      body.on('error', () => undefined)
      const { body: result, close } = await ask(service, {
        path: `/normalize?${queryOf({ ...options })}`,
        contentType: 'application/octet-stream',
        open: () => Promise.resolve(body),
        signal,
      })
      return Readable.from(bounded(result, bounds.resultBytes), { objectMode: false }).once(
        'close',
        close,
      )
    },
  }
}

function queryOf(options: Record<string, number | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) query.set(name, `${value}`)
  }
  return query.toString()
}

/** Resolves to a response with status 200. Throws the error for any other response. */
async function ask(service: RenderService, call: RenderCall): Promise<RenderAnswer> {
  const answer = await callRenderService(service, call).catch(refused)
  if (answer.status === 200) return answer
  try {
    throw await refusalOf(answer).catch(refused)
  } finally {
    answer.close()
  }
}

async function refusalOf({ status, retryAfter, body }: RenderAnswer): Promise<WorkspaceError> {
  const text = (await buffer(bounded(body, maxProblemBytes))).toString()
  const problem = problemSchema.safeParse(parsedJson(text))
  if (problem.success) {
    const { type: code, detail } = problem.data
    const seconds = Number.parseInt(retryAfter ?? '', 10)
    return new WorkspaceError(code, detail, seconds >= 0 ? { retryAfterSeconds: seconds } : {})
  }
  // Cloud Run answers 429 if no instance is free.
  if (status === 429) return rendererBusy()
  return unavailable(new Outage(`It answered ${status}: ${text.slice(0, 500)}`))
}

async function* bounded(body: AsyncIterable<Buffer>, maxBytes: number) {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new Outage(`It answered more than ${maxBytes} bytes`)
      yield chunk
    }
  } catch (error) {
    refused(error)
  }
}

function refused(error: unknown): never {
  throw error instanceof Outage ? unavailable(error) : error
}

function unavailable(cause: Outage): WorkspaceError {
  return new WorkspaceError(
    'renderer-unavailable',
    'Images cannot be rendered at the moment. Try again in a few seconds, or download the file itself.',
    { cause, retryAfterSeconds: 5 },
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

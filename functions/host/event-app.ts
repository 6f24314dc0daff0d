import { randomUUID } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { parseJson } from '../../shared/api/json.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { idleSeconds } from '../../shared/http/body/body.ts'
import { readText } from '../../shared/http/body/json-body.ts'
import { problemResponse } from '../../shared/http/problem.ts'
import { parseEssence } from '../../shared/media/essence.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { CloudEvent } from './scan-handler.ts'

/** Events of Eventarc have at most 512 KiB (https://cloud.google.com/eventarc/quotas). */
const maxBytes = 512 * 1024

/**
 * Takes CloudEvents at any path, in the binary and in the structured mode of their HTTP binding
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md). Answers 204 when an event
 * needs no further delivery, and 500 otherwise.
 */
export function eventApp(handle: (event: CloudEvent) => Promise<void>): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post('/*', async (c) => {
      await handle(await eventOf(c))
      return c.body(null, 204)
    })
    .notFound((c) => {
      const detail = 'This function takes CloudEvents as POST.'
      return problem(c, new WorkspaceError('method-not-allowed', detail))
    })
    .onError((error, c) => problem(c, error))
}

async function eventOf(c: Context<AppEnv>): Promise<CloudEvent> {
  const text = await readText(c, { idleSeconds, maxBytes })
  const body: unknown = text === '' ? undefined : parseJson(text, 'body')
  const essence = parseEssence(c.req.header('Content-Type') ?? '')
  const event: CloudEvent =
    essence === 'application/cloudevents+json'
      ? Object(body)
      : { id: c.req.header('ce-id'), type: c.req.header('ce-type'), data: body }
  return { ...event, traceparent: c.req.header('traceparent') ?? event.traceparent }
}

function problem(c: Context<AppEnv>, error: Error): Response {
  const requestId = c.req.header('ce-id') ?? randomUUID()
  return problemResponse(error, { requestId })
}

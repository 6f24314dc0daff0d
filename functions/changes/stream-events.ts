import { Hono, type Context } from 'hono'
import { eventIdSchema, eventStreamQuery } from '../../shared/api/requests/events.ts'
import { openConcurrencyLimiter } from '../../shared/concurrency/concurrency-limiter.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { answerStream } from '../../shared/http/events/answer-stream.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { WorkspaceError, invalid } from '../../shared/model/errors.ts'
import type { Ports } from '../../shared/ports/ports.ts'

/** The most open streams of one user in a process. */
const maxStreamsOfUser = 10

interface StreamSettings {
  /** The most open streams of a process. */
  maxStreams: number
  heartbeatMs?: number | undefined
}

/** `GET /events/stream` sends events as they happen. */
export const streamRoutes = (ports: Pick<Ports, 'trail' | 'now'>, settings: StreamSettings) => {
  const { maxStreams, heartbeatMs } = settings
  const open = openConcurrencyLimiter({
    perUser: maxStreamsOfUser,
    total: maxStreams,
    refusal: tooManyStreams,
  })
  return new Hono<AppEnv>().get('/events/stream', allow('files:read'), async (c) => {
    const after = lastEventId(c) ?? parseQuery(c, eventStreamQuery).after
    const slot = open.enter(c.get('caller').workspaceId)
    return answerStream(ports, c, { after, slot, heartbeatMs })
  })
}

/** The event after which a reconnecting client continues. Takes precedence over `after`, which repeats the first request. */
function lastEventId(c: Context<AppEnv>): number | undefined {
  const text = c.req.header('Last-Event-ID')
  if (text === undefined || text === '') return undefined
  const id = eventIdSchema.safeParse(text)
  if (id.success) return id.data
  throw invalid('Last-Event-ID', id.error.issues[0]?.message ?? 'must be the id of an event')
}

function tooManyStreams(limit: number): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${limit} streams of events are open already. Close one, or read GET /api/workspace/events from time to time.`,
    { retryAfterSeconds: 30 },
  )
}

import { Hono } from 'hono'
import { eventsQuery } from '../../shared/api/requests/events.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { parseQuery } from '../../shared/http/query.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { readEvents } from '../../shared/workspace/events/read-events.ts'

/** `GET /events` answers the events of the workspace after a number. */
export const eventRoutes = (ports: Pick<Ports, 'trail'>) =>
  new Hono<AppEnv>().get('/events', allow('files:read'), async (c) => {
    return c.json(await readEvents(ports, c.get('caller'), parseQuery(c, eventsQuery)))
  })

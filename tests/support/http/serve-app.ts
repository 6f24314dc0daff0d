import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { AppEnv } from '../../../shared/http/app-env.ts'
import type { LogEntry } from '../../../shared/observability/log.ts'
import { problemResponse } from '../../../shared/http/problem.ts'

export interface ServedApp extends AsyncDisposable {
  origin: string
  server: Server
  /** The log entries of the app. */
  entries: LogEntry[]
}

/** Serves an app with these routes on a free port. Answers errors as problem+json. */
export async function serveApp(route: (app: Hono<AppEnv>) => void): Promise<ServedApp> {
  const app = new Hono<AppEnv>()
  const entries: LogEntry[] = []
  app.use(async (c, next) => {
    c.set('log', (entry) => void entries.push(entry))
    await next()
  })
  app.onError((error) => problemResponse(error, { requestId: 'test' }))
  route(app)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    entries,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

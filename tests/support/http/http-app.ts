import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import type { AppEnv, HttpContext } from '../../../shared/http/app-env.ts'
import type { LogEntry } from '../../../shared/observability/log.ts'
import { createApp } from '../../../shared/http/app.ts'
import { openLocal } from '../../../shared/http/auth/local.ts'
import { nodeListener } from '../../../shared/http/server/node-listener.ts'

/** Makes the Hono app around the given routes and records its log entries. */
export function httpApp(
  addRoutes: (routes: Hono<AppEnv>) => unknown,
  context: Partial<HttpContext> = {},
) {
  const entries: LogEntry[] = []
  const http: HttpContext = {
    authenticate: openLocal({ origins: context.corsOrigins ?? [] }),
    log: (entry) => entries.push(entry),
    corsOrigins: [],
    ...context,
  }
  const routes = new Hono<AppEnv>()
  addRoutes(routes)
  return { app: createApp(http, routes), http, entries }
}

/** Serves the app on a free port until disposed. */
export async function serve({ app, http }: Pick<ReturnType<typeof httpApp>, 'app' | 'http'>) {
  const listener = nodeListener(app, http)
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { once } from 'node:events'
import { createServer, type ServerHttp2Session } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import { loadRenderConfig, type RenderConfig } from '../../shared/config/load-config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { jsonLog } from '../../shared/observability/json-log.ts'
import { openDecoders } from '../../shared/runtime/renderer.ts'
import type { Renderer } from '../../shared/ports/renderer.ts'
import { renderApp, requestSeconds } from '../render.ts'
import { answeringMs, exitAfter, failStart, terminationSignal } from './shutdown.ts'

/**
 * Serves `render` over HTTP/2 without TLS (h2c), which Cloud Run forwards. The Functions Framework supports only HTTP/1, whose
 * requests Cloud Run limits to 32 MiB. Resolves to the origin. Disposing finishes the requests in flight.
 */
export async function serveRender(
  renderer: Renderer,
  { host, port, shutdownSeconds }: RenderConfig,
  log: (entry: LogEntry) => void,
): Promise<AsyncDisposable & { origin: string }> {
  const listener = getRequestListener(renderApp(renderer, log).fetch)
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  // Closes sessions without traffic.
  server.setTimeout(requestSeconds * 1000)
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://${host}:${typeof address === 'object' ? address?.port : port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const session of sessions) session.close()
      const deadline = setTimeout(() => {
        for (const session of sessions) session.destroy()
      }, answeringMs(shutdownSeconds))
      await closed
      clearTimeout(deadline)
    },
  }
}

async function main(): Promise<void> {
  const config = loadRenderConfig()
  const log = jsonLog(config.projectId)
  await using server = await serveRender(await openDecoders({ isSealed: true }), config, log)
  log({ severity: 'INFO', message: `render is ready at ${server.origin}` })
  await terminationSignal()
  exitAfter(config.shutdownSeconds)
}

if (import.meta.main) await main().catch(failStart)

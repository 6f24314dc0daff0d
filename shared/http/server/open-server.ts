import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { gracefulClose } from './graceful-close.ts'
import { configureServer } from './server-defaults.ts'

/** Large enough for a percent-encoded path beyond its limit, so that the naming rule rejects it, not Node. */
const maxHeadBytes = 128 * 1024

export interface RunningServer extends AsyncDisposable {
  origin: string
}

/**
 * Opens an HTTP server. Resolves when it listens. Disposing finishes the requests in flight, and cuts them off after
 * `closeWithinMs`.
 */
export async function openServer(
  listener: (...args: Parameters<RequestListener>) => Promise<void>,
  { host, port, closeWithinMs }: { host: string; port: number; closeWithinMs: number },
): Promise<RunningServer> {
  const server = createServer(
    // The app answers a problem for a missing Host.
    { maxHeaderSize: maxHeadBytes, requireHostHeader: false },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  configureServer(server)
  const close = gracefulClose(server)
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  const opened = typeof address === 'object' ? address?.port : undefined
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${opened}`,
    [Symbol.asyncDispose]: () => close(closeWithinMs),
  }
}

import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'

/**
 * What closes a server when everything in flight has been answered. Each connection then ends with the answer it waits
 * for: a client that went on asking would keep it, and the process, for as long as it likes.
 */
export function gracefulClose(server: Server): () => Promise<void> {
  const inFlight = new Set<ServerResponse>()
  let isClosing = false
  server.prependListener('request', (_, outgoing) => {
    if (isClosing) outgoing.shouldKeepAlive = false
    inFlight.add(outgoing)
    outgoing.once('close', () => inFlight.delete(outgoing))
  })
  return async () => {
    isClosing = true
    for (const outgoing of inFlight) outgoing.shouldKeepAlive = false
    const closed = once(server, 'close')
    server.close()
    await closed
  }
}

import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * What closes a server when everything in flight has been answered. Each connection then ends with the answer it waits
 * for, and one that waits for none ends at once, however much of a request it has sent: a client that went on asking, or
 * never asked, would keep it, and the process, for as long as it likes.
 */
export function gracefulClose(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  const inFlight = new Set<ServerResponse>()
  let isClosing = false

  function endUnused(): void {
    const used = new Set(Array.from(inFlight, (outgoing) => outgoing.req.socket))
    for (const socket of sockets) if (!used.has(socket)) socket.destroySoon()
  }
  server.prependListener('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (isClosing) socket.destroy()
  })
  server.prependListener('request', (_, outgoing) => {
    if (isClosing) outgoing.shouldKeepAlive = false
    inFlight.add(outgoing)
    outgoing.once('close', () => {
      inFlight.delete(outgoing)
      if (isClosing) endUnused()
    })
  })
  return async () => {
    isClosing = true
    for (const outgoing of inFlight) outgoing.shouldKeepAlive = false
    const closed = once(server, 'close')
    server.close()
    endUnused()
    await closed
  }
}

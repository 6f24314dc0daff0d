import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Returns a function that closes a server once everything in flight has been answered, after `withinMs` at the latest. Each
 * connection ends with the answer that it waits for. A connection that waits for no answer ends at once, however much of a
 * request it has sent; at the deadline the others are cut off, so that no client keeps the process by being slow.
 */
export function gracefulClose(server: Server): (withinMs: number) => Promise<void> {
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
  return async (withinMs) => {
    isClosing = true
    for (const outgoing of inFlight) outgoing.shouldKeepAlive = false
    const closed = once(server, 'close')
    server.close()
    endUnused()
    const deadline = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, withinMs)
    await closed
    clearTimeout(deadline)
  }
}

import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The event of an answer in flight when its server begins to close. Answers without an end then end themselves. */
export const closing = Symbol('closing')

/**
 * Returns a function that closes a server when all requests in flight are answered, after `withinMs` at the latest. Each
 * connection closes after its answer. A connection without a complete request head closes immediately. The deadline cuts off the
 * others, so that a slow client cannot keep the process alive.
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
    for (const outgoing of inFlight) {
      outgoing.shouldKeepAlive = false
      outgoing.emit(closing)
    }
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

import type { Context } from 'hono'
import type { IncomingMessage, Server } from 'node:http'
import type { AppEnv } from '../app-env.ts'

const waiting = new WeakSet<IncomingMessage>()

/**
 * Makes a server send `100 Continue` only when a handler reads the body (`sendContinue`), so that a rejected client uploads nothing
 * (RFC 9110 §10.1.1). By default Node sends it before the request is handled.
 */
export function deferContinue(server: Server): void {
  server.on('checkContinue', (incoming, outgoing) => {
    waiting.add(incoming)
    server.emit('request', incoming, outgoing)
  })
}

/** Sends `100 Continue` to a client that waits for it; does nothing for other clients. */
export function sendContinue(c: Context<AppEnv>): void {
  const { incoming, outgoing } = c.env ?? {}
  if (incoming && waiting.delete(incoming)) outgoing?.writeContinue()
}

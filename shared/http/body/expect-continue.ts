import type { Context } from 'hono'
import type { IncomingMessage, Server } from 'node:http'
import type { AppEnv } from '../app-env.ts'

const waiting = new WeakSet<IncomingMessage>()

/**
 * Makes a server send `100 Continue` only once a request's body is wanted (`sendContinue`), so that a refusal costs its
 * client no upload (RFC 9110 §10.1.1). Without this, Node sends it before anyone has seen the request.
 */
export function deferContinue(server: Server): void {
  server.on('checkContinue', (incoming, outgoing) => {
    waiting.add(incoming)
    server.emit('request', incoming, outgoing)
  })
}

/** Asks a client that waits with its body to send it; does nothing for any other. */
export function sendContinue(c: Context<AppEnv>): void {
  const { incoming, outgoing } = c.env ?? {}
  if (incoming && waiting.delete(incoming)) outgoing?.writeContinue()
}

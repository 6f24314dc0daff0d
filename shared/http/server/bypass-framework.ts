import { subscribe } from 'node:diagnostics_channel'
import { Server, type IncomingMessage, type RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { nodeListener } from './node-listener.ts'
import { configureServer } from './server-defaults.ts'

/** The paths that the Firebase emulator uses to control the process. */
const reserved = /^\/__\//

/**
 * Replaces the request listener of the framework with the function's own. The Functions Framework and the Firebase emulator put
 * Express in front of the function. Express buffers and inflates the whole body first, and answers HTML for invalid
 * percent-encoding, invalid JSON and unknown codings. With this bypass bodies stream and every error is a problem. The server is
 * found through Node's diagnostics channel `net.server.listen`; if Node removes that channel, the function still works behind
 * Express.
 *
 * `readFirst` reads each body before the function runs. The Firebase emulator needs it: it buffers bodies itself, and it crashes
 * (EPIPE) when an answer arrives before it has sent a body completely.
 */
export function bypassFramework(
  listener: ReturnType<typeof nodeListener>,
  { readFirst }: { readFirst: boolean },
): void {
  const answer: RequestListener = (incoming, outgoing) => {
    if (readFirst) void bufferBody(incoming).then(() => listener(incoming, outgoing))
    else void listener(incoming, outgoing)
  }
  subscribe('tracing:net.server.listen:asyncStart', (message) => {
    const { server } = message as { server?: unknown }
    if (!(server instanceof Server)) return
    const framework = server.listeners('request') as RequestListener[]
    server.removeAllListeners('request')
    server.on('request', (incoming, outgoing) => {
      const isReserved = readFirst && reserved.test(incoming.url ?? '')
      const listeners = isReserved ? framework : [answer]
      for (const listen of listeners) listen.call(server, incoming, outgoing)
    })
    configureServer(server)
  })
}

/** Stores the body in the Functions Framework's property; a truncated body is empty, and the function rejects it. */
async function bufferBody(incoming: IncomingMessage & { rawBody?: Buffer }): Promise<void> {
  incoming.rawBody = await buffer(incoming).catch(() => Buffer.alloc(0))
}

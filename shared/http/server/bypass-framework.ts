import { subscribe } from 'node:diagnostics_channel'
import { Server, type IncomingMessage, type RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { nodeListener } from './node-listener.ts'
import { configureServer } from './server-defaults.ts'

/** What the Firebase emulator, and nobody else, asks of the process itself. */
const reserved = /^\/__\//

/**
 * Has a function answer its requests itself, ahead of the framework that serves it. The Functions Framework and the
 * Firebase emulator put Express in front, which holds a body whole in memory before it asks the function, inflates it,
 * and refuses in HTML what it cannot read: a broken percent-encoding, JSON that is none, an unknown coding. Node
 * announces a server as it begins to listen (`net.server.listen`); from then on bodies stream, and every refusal is a
 * problem. Should Node ever stop announcing it, Express stays in front and the function works all the same.
 *
 * `readFirst` is for the Firebase emulator, which ends as a whole (EPIPE) when it is answered before it has passed a body
 * on to its end. It holds bodies in memory itself.
 */
export function bypassFramework(
  listener: ReturnType<typeof nodeListener>,
  { readFirst }: { readFirst: boolean },
): void {
  const answer: RequestListener = (incoming, outgoing) => {
    if (readFirst) void afterItsEnd(incoming).then(() => listener(incoming, outgoing))
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

/** Keeps the body where the Functions Framework would, too; one that is cut off is left for the function to refuse. */
async function afterItsEnd(incoming: IncomingMessage & { rawBody?: Buffer }): Promise<void> {
  incoming.rawBody = await buffer(incoming).catch(() => Buffer.alloc(0))
}

import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxyTarget {
  origin: string
  /** The request target of the upstream request. */
  path: string
}

/** A reverse proxy that streams in both directions. */
export async function startProxy(
  targetOf: (incoming: IncomingMessage) => ProxyTarget | undefined,
): Promise<AsyncDisposable & { url: string }> {
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const target = targetOf(incoming)
    if (!target) return void outgoing.writeHead(502).end()
    const { method = '', rawHeaders: headers } = incoming
    const passed = request(target.origin, { method, path: target.path, headers, agent: false })
    passed.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.on('error', () => passed.destroy())
    incoming.pipe(passed)
  }
  const proxy = createServer({ requestTimeout: 0 }, forward).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      proxy.close().closeAllConnections()
      await once(proxy, 'close')
    },
  }
}

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import {
  openFetcher,
  type FetchPolicy,
  type FetchSource,
} from '../../../shared/adapters/web/fetch-source.ts'

/** The loopback address that plays the public internet; 127.0.0.1 is the inside. */
export const outside = '127.0.0.2'
export const inside = '127.0.0.1'

export interface Host extends AsyncDisposable {
  port: number
  /** Connections that were ever made. */
  connections: () => number
  /** Connections that are open. */
  open: () => number
}

export function startHost(answer: RequestListener, port = 0, address = outside): Promise<Host> {
  return listen(createServer({ keepAlive: true }, answer), port, address)
}

/** Two hosts on one port, outside and inside. */
export async function startTwins(
  answerOutside: RequestListener,
  answerInside: RequestListener,
): Promise<AsyncDisposable & { host: Host; trap: Host }> {
  for (let triesLeft = 20; ; triesLeft--) {
    const host = await startHost(answerOutside)
    try {
      const trap = await startHost(answerInside, host.port, inside)
      return {
        host,
        trap,
        async [Symbol.asyncDispose]() {
          await host[Symbol.asyncDispose]()
          await trap[Symbol.asyncDispose]()
        },
      }
    } catch (error) {
      // Someone else's port, inside: another one then.
      await host[Symbol.asyncDispose]()
      if (triesLeft === 0) throw error
    }
  }
}

/** A host that writes what no server library would. */
export function startRawHost(onRequest: (socket: Socket) => void): Promise<Host> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => onRequest(socket))
  })
  return listen(server, 0, outside)
}

export async function listen(server: Server, port: number, address: string): Promise<Host> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A fetcher for which every name leads to the outside address and nothing else is public. */
export function fetcherFor(hosts: Host[], policy: Partial<FetchPolicy> = {}): FetchSource {
  return openFetcher({
    allowedPorts: hosts.map(({ port }) => port),
    isAllowed: (address) => address === outside,
    resolve: () => Promise.resolve([outside]),
    ...policy,
  })
}

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

/** The loopback address that represents the public internet. 127.0.0.1 represents the internal network. */
export const outside = '127.0.0.2'
export const inside = '127.0.0.1'

export interface Host extends AsyncDisposable {
  port: number
  /** The number of connections so far. */
  connections: () => number
  /** The number of open connections. */
  open: () => number
}

export function startHost(answer: RequestListener, port = 0, address = outside): Promise<Host> {
  return listen(createServer({ keepAlive: true }, answer), port, address)
}

/** Starts two hosts on the same port, one on each address. */
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
      // Another program uses the port on the inside address. Tries another port.
      await host[Symbol.asyncDispose]()
      if (triesLeft === 0) throw error
    }
  }
}

/** Starts a TCP host for responses that HTTP server libraries cannot send. */
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

/** Opens a fetcher that resolves every name to the outside address and allows no other address. */
export function fetcherFor(hosts: Host[], policy: Partial<FetchPolicy> = {}): FetchSource {
  return openFetcher({
    allowedPorts: hosts.map(({ port }) => port),
    isAllowed: (address) => address === outside,
    resolve: () => Promise.resolve([outside]),
    ...policy,
  })
}

import type { Server as HttpServer } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** The preface of every HTTP/2 connection (RFC 9113 §3.4). */
const preface = 'PRI * HTTP/2'

/** One port for gRPC and REST, like Google's emulator. The first bytes of a connection decide. */
export async function listenOnOnePort(
  acceptGrpc: (socket: Socket) => void,
  rest: HttpServer,
): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => {
      const isGrpc = first.toString('latin1').startsWith(preface)
      socket.pause()
      socket.unshift(first)
      if (isGrpc) acceptGrpc(socket)
      else rest.emit('connection', socket.resume())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

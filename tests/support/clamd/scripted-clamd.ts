import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Handles one connection. `received` is a live view of all bytes so far. */
export type Script = (peer: {
  socket: Socket
  /** Resolves to all received bytes once they fit. */
  until: (fits: (received: Buffer) => boolean) => Promise<Buffer>
}) => Promise<void> | void

interface ScriptedClamd extends AsyncDisposable {
  host: string
  port: number
  /** The numbers of connections so far and of open ones. */
  connections: () => { total: number; open: number }
}

/** Starts a TCP server that answers as scripted, for replies that the real clamd rarely sends. */
export async function scriptedClamd(script: Script): Promise<ScriptedClamd> {
  const open = new Set<Socket>()
  let total = 0
  const server = createServer({ noDelay: true }, (socket) => {
    total += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    void script({ socket, until: (fits) => receive(socket, fits) })
  })
  const host = '127.0.0.1'
  server.listen(0, host)
  await once(server, 'listening')
  return {
    host,
    port: (server.address() as AddressInfo).port,
    connections: () => ({ total, open: open.size }),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Reads the stream up to its end frame, answers in the given pieces, and closes the connection. */
export function replying(...pieces: string[]): Script {
  return async ({ socket, until }) => {
    await until(endsStream)
    for (const piece of pieces) {
      socket.write(piece)
      await new Promise(setImmediate)
    }
    socket.end()
  }
}

/** Four zero bytes are the end frame, because the bodies of these tests contain no zero bytes. */
export function endsStream(received: Buffer): boolean {
  return received.subarray(-4).equals(Buffer.alloc(4)) && received.length > 4
}

/** Concatenates the data of the frames after the command. */
export function unframe(received: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = received.indexOf(0) + 1
  for (;;) {
    const length = received.readUInt32BE(at)
    at += 4
    if (length === 0) break
    parts.push(received.subarray(at, at + length))
    at += length
  }
  if (at !== received.length) throw new Error('bytes after the end frame')
  return Buffer.concat(parts)
}

function receive(socket: Socket, fits: (received: Buffer) => boolean): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const tail = Buffer.concat(chunks)
      if (fits(tail)) resolve(tail)
    })
  })
}

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What the peer does with one connection. `received` is a live view of all bytes so far. */
export type Script = (peer: {
  socket: Socket
  /** Resolves with everything received once it fits. */
  until: (fits: (received: Buffer) => boolean) => Promise<Buffer>
}) => Promise<void> | void

export interface ScriptedClamd extends AsyncDisposable {
  host: string
  port: number
  /** Connections made so far, and those open now. */
  connections: () => { total: number; open: number }
}

/** A TCP server in clamd's place that answers as scripted, to say what the real one says too rarely. */
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

/** Takes in the whole stream up to its end frame, then answers in these pieces, and hangs up. */
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

/** Bodies of these tests hold no zero bytes, so that four of them are the end frame. */
export function endsStream(received: Buffer): boolean {
  return received.subarray(-4).equals(Buffer.alloc(4)) && received.length > 4
}

/** The frames' data behind the command, put together. */
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
  if (at !== received.length) throw new Error('bytes behind the end frame')
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

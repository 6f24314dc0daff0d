import { once } from 'node:events'
import { connect } from 'node:net'

const headEnd = '\r\n\r\n'
const bufferBytes = 1024 * 1024

/**
 * Reads and discards a response of exactly `bytes` bytes. Resolves to the seconds. Reads the socket into one buffer, because
 * `node:http` as a client is slower than the servers that it would measure.
 */
export async function download(target: string, bytes: number): Promise<number> {
  const url = new URL(target)
  const startedAt = performance.now()
  let head = ''
  let received = 0
  const count = (length: number, buffer: Uint8Array) => {
    received += length
    if (!head.includes(headEnd)) {
      head += Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1')
      const end = head.indexOf(headEnd)
      if (end !== -1) received -= end + headEnd.length
    }
    return true
  }
  const socket = connect({
    host: url.hostname,
    port: Number(url.port),
    onread: { buffer: Buffer.alloc(bufferBytes), callback: count },
  })
  socket.write(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`,
  )
  await once(socket, 'close')
  const status = head.split(' ', 2)[1]
  if (status !== '200' || received !== bytes) {
    throw new Error(`${target}: ${status}, ${received} bytes instead of ${bytes}`)
  }
  return (performance.now() - startedAt) / 1000
}

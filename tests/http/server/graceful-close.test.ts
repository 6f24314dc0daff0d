import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { gracefulClose } from '../../../shared/http/server/graceful-close.ts'

async function start(listener: RequestListener) {
  const server = createServer(listener)
  const close = gracefulClose(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connection = async (sent: string) => {
    const accepted = once(server, 'connection')
    const socket = connect(port, '127.0.0.1')
    const client = { received: '', closed: once(socket, 'close') }
    socket.on('error', () => undefined).on('data', (chunk) => (client.received += chunk.toString()))
    socket.write(sent)
    await accepted
    return client
  }
  return { close, connection }
}

const longMs = 60_000
const head = 'GET / HTTP/1.1\r\nHost: x\r\n'

test.each([
  ['nothing', ''],
  ['half a head', head],
])('closes while a connection has sent %s', async (_, sent) => {
  const { close, connection } = await start(() => undefined)
  const { closed } = await connection(sent)
  await expect(close(longMs)).resolves.toBeUndefined()
  await closed
})

test('completes answers in flight and then closes their connections', async () => {
  const asked = Promise.withResolvers<ServerResponse>()
  const { close, connection } = await start((_, outgoing) => {
    // The head is sent, and keeps the connection alive.
    outgoing.write('begun ')
    asked.resolve(outgoing)
  })
  const client = await connection(`${head}\r\n`)
  const outgoing = await asked.promise
  const closed = close(longMs)
  outgoing.end('finished')
  await closed
  await client.closed
  expect(client.received).toContain('begun ')
  expect(client.received).toContain('finished')
})

test.each([
  ['its answer', (outgoing: ServerResponse) => void outgoing.write('begun ')],
  ['the head of its answer', () => undefined],
])('cuts off a request that waits for %s at the deadline', async (_, answer) => {
  const asked = Promise.withResolvers<void>()
  const { close, connection } = await start((_, outgoing) => {
    answer(outgoing)
    asked.resolve()
  })
  const client = await connection(`${head}Content-Length: 9\r\n\r\n1`)
  await asked.promise
  await expect(close(1)).resolves.toBeUndefined()
  await client.closed
})

import type { IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { AppEnv } from '../../../shared/http/app-env.ts'
import { credentialsOf } from '../../../shared/http/auth/credentials.ts'

const peerOf = async (socket: Socket) => {
  const app = new Hono<AppEnv>().get('/', (c) => c.json({ peer: credentialsOf(c).peer }))
  const incoming = { socket } as IncomingMessage
  return (await app.request('http://localhost/', {}, { incoming })).json()
}

test('the peer is the remote address, or `gone` for a closed connection', async () => {
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  expect(await peerOf(socket)).toEqual({ peer: '127.0.0.1' })
  client.destroy()
  socket.destroy()
})

test('a disconnected caller does not count as this machine', async () => {
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  client.destroy()
  socket.destroy()
  expect(await peerOf(socket)).toEqual({ peer: 'gone' })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { answerClientErrors } from '../../../shared/http/server/client-error.ts'

/** The bytes that the server answers until it closes the connection; `more` is sent after the first answer. */
async function answerTo(sent: string, sentAfterAnswer = ''): Promise<string> {
  const server = createServer({ headersTimeout: 100, connectionsCheckingInterval: 50 })
  server.on('request', (incoming, outgoing) => {
    if (incoming.url === '/begun') outgoing.write('begun')
    else if (incoming.url === '/done') outgoing.end('done')
  })
  answerClientErrors(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString()))
  socket.once('data', () => socket.write(sentAfterAnswer))
  socket.write(sent)
  await once(socket, 'end')
  socket.destroy()
  return received
}

const invalidRequest = 'urn:coffer:problem:invalid-request'
const head = (target: string) => `POST ${target} HTTP/1.1\r\nHost: x\r\n`
const badChunk = 'Transfer-Encoding: chunked\r\n\r\nno size\r\n'

test.each([
  ['bytes that are not HTTP', 'hello\r\n\r\n', 400, invalidRequest],
  ['a broken header', `${head('/')}a b: c\r\n\r\n`, 400, invalidRequest],
  ['a body with invalid chunks', head('/') + badChunk, 400, invalidRequest],
  ['a head of 200 kB', `${head('/')}X-Long: ${'x'.repeat(200_000)}\r\n\r\n`, 431, 'about:blank'],
  ['half a head', head('/'), 408, 'about:blank'],
  ['an unknown expectation', `${head('/')}Expect: miracles\r\n\r\n`, 417, 'about:blank'],
])('answers a problem for %s', async (_, sent, status, type) => {
  const [answered = '', body = ''] = (await answerTo(sent)).split('\r\n\r\n')
  expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`))
  expect(answered).toMatch(/\r\ncontent-type: application\/problem\+json/i)
  expect(answered).toMatch(/\r\nconnection: close/i)
  const requestId = /\r\nx-request-id: ([0-9a-f-]{36})/i.exec(answered)?.[1]
  expect(answered).toMatch(
    new RegExp(`\r\ncontent-length: ${Buffer.byteLength(body)}(\r\n|$)`, 'i'),
  )
  expect(JSON.parse(body)).toMatchObject({ status, type, instance: `urn:uuid:${requestId}` })
})

test('does not mix a started answer with an error', async () => {
  expect(await answerTo(head('/begun') + badChunk)).not.toContain('HTTP/1.1 400')
})

test('rejects a bad request after a good one separately', async () => {
  const answer = await answerTo(`${head('/done')}\r\n`, 'hello\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*doneHTTP\/1\.1 400 /)
})

import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { plainAnswer } from '../../../shared/http/plain-answer.ts'
import { httpApp, serve } from '../../support/http/http-app.ts'

/** A server of a text of a hundred bytes, as bytes and as a stream. */
async function serverOf(maxAnnouncedBytes?: number) {
  const bytes = Buffer.alloc(100, 'x')
  const headers = { 'Content-Length': '100', 'Content-Range': 'bytes 0-99/1000' }
  const context = maxAnnouncedBytes === undefined ? {} : { maxAnnouncedBytes }
  return serve(
    httpApp(
      (routes) =>
        routes
          .get('/bytes', () => plainAnswer(bytes, 206, headers))
          .get('/stream', () => plainAnswer(new Blob([bytes]).stream(), 206, headers)),
      context,
    ),
  )
}

async function answerOf(url: string, method = 'GET') {
  const sent = request(url, { method }).end()
  const [incoming] = (await once(sent, 'response')) as [IncomingMessage]
  const { headers } = incoming
  return { headers, body: await text(incoming) }
}

test('sends a long stream in chunks', async () => {
  await using server = await serverOf(99)
  const { headers, body } = await answerOf(`${server.url}/api/workspace/stream`)
  expect(headers).toMatchObject({
    'transfer-encoding': 'chunked',
    'content-range': 'bytes 0-99/1000',
  })
  expect(headers).not.toHaveProperty('content-length')
  expect(body).toBe('x'.repeat(100))
})

test.each([
  ['bytes', 100],
  ['stream', 100],
  ['stream', undefined],
])('announces the length of a body within the limit: %s, %s', async (route, limit) => {
  await using server = await serverOf(limit)
  const { headers } = await answerOf(`${server.url}/api/workspace/${route}`)
  expect(headers).toMatchObject({ 'content-length': '100' })
  expect(headers).not.toHaveProperty('transfer-encoding')
})

test('announces the length of a long body to HEAD', async () => {
  await using server = await serverOf(99)
  const { headers } = await answerOf(`${server.url}/api/workspace/stream`, 'HEAD')
  expect(headers).toMatchObject({ 'content-length': '100' })
})

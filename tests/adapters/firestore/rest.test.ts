import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { call } from '../../../shared/adapters/firestore/rest/call.ts'
import { Firestore } from '../../../shared/adapters/firestore/rest/firestore.ts'
import { grpcStatus } from '../../../shared/adapters/firestore/status.ts'

type Answer = (response: ServerResponse) => void

const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
const name = 'projects/p/databases/(default)/documents/a/b'
const updateTime = '2026-01-01T00:00:00.000001Z'
const times = { createTime: updateTime, updateTime }
const found = { found: { name, fields: { n: { integerValue: '5' } }, ...times } }
const overloaded = { error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } }

/** A server that gives these answers in turn, and the last one to all further requests. */
async function answering(...answers: Answer[]) {
  let requests = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => answers[Math.min(requests++, answers.length - 1)]?.(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const endpoint = { origin, accessToken: async () => 'token' }
  return {
    endpoint,
    document: new Firestore({ projectId: 'p', databaseId: '(default)' }, endpoint).doc('a/b'),
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test.each<[string, Answer]>([
  ['a refusal of a proxy', (response) => response.writeHead(502).end('<p>Bad Gateway')],
  ['an overload', json(503, [overloaded])],
  ['an error after the first items of a stream', json(200, [found, overloaded])],
  ['a cut answer', (response) => response.end('[{"found":')],
  ['an answer without the document', json(200, [])],
  ['a reset connection', (response) => void response.destroy()],
])('a read is sent again after %s', async (_, failure) => {
  await using server = await answering(failure, json(200, [found]))
  expect((await server.document.get()).get('n')).toBe(5)
  expect(server.requests()).toBe(2)
})

test('a refused read is not sent again', async () => {
  const refusal = { code: 403, message: 'Missing permissions.', status: 'PERMISSION_DENIED' }
  await using server = await answering(json(403, [{ error: refusal }]))
  const code = grpcStatus.PERMISSION_DENIED
  await expect(server.document.get()).rejects.toMatchObject({ code, message: refusal.message })
  expect(server.requests()).toBe(1)
})

test('a missing document does not exist', async () => {
  await using server = await answering(json(200, [{ missing: name }]))
  const { exists, updateTime: version } = await server.document.get()
  expect({ exists, version }).toEqual({ exists: false, version: undefined })
})

test('a call without an answer fails with DEADLINE_EXCEEDED', async () => {
  await using server = await answering(() => undefined)
  await expect(call(server.endpoint, ['a', 'batchGet'], {}, 50)).rejects.toMatchObject({
    code: grpcStatus.DEADLINE_EXCEEDED,
  })
})

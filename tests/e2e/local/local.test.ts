import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { skipWithoutClamd } from '../../support/clamd/clamd.ts'
import { startLocalServer } from './local-server.ts'
import { localStart } from './local-target.ts'
import { describeApi } from '../suite.ts'
import { localToken } from '../support/target.ts'

describe(`npm start${skipWithoutClamd ? ', without clamd: no archives' : ', with a real clamd'}`, () => {
  describeApi('the local server', localStart(), {
    token: localToken,
    configurable: true,
    looksIntoArchives: !skipWithoutClamd,
    ownStorage: true,
    restartable: true,
  })
})

test.each([
  ['a name of 10,000 characters', `/${'%F0%9F%92%BE'.repeat(10_000)}`, 'Host: localhost\r\n'],
  ['a request without a Host', '/a', ''],
])('refuses %s with a problem instead of an answer of Node', async (_, path, host) => {
  await using server = await startLocalServer({})
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write(
    `GET /api/workspace/content${path} HTTP/1.1\r\n${host}Authorization: ${await localToken('ada')}\r\nConnection: close\r\n\r\n`,
  )
  const answer = await text(socket)
  expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*x-request-id[^]*urn:coffer:problem:invalid-request/i)
})

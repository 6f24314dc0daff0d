import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { http } from '@google-cloud/functions-framework'
import { getTestServer } from '@google-cloud/functions-framework/testing'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { AppEnv } from '../../../shared/http/app-env.ts'
import { bodyStream } from '../../../shared/http/body/body.ts'

// Not beside the other tests of bodies: the framework loads `domain`, whose hooks abort Node.js when they are enabled in a worker
// that has used HTTP/2 before. The tests in `unit` share their workers; each file here has its own.
test('a request body is read from the buffer of the Functions Framework', async () => {
  const bytes = Buffer.alloc(3_000_000, 'coffer')
  const echo = new Hono<AppEnv>().put('/echo', async (c) => c.body(await buffer(bodyStream(c))))
  http('body', getRequestListener(echo.fetch))
  await using server = getTestServer('body')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const type of ['application/octet-stream', 'text/plain']) {
    const headers = { 'content-type': type }
    const url = `http://127.0.0.1:${port}/echo`
    const response = await fetch(url, { method: 'PUT', body: bytes, headers })
    expect(bytes.equals(await response.bytes())).toBe(true)
  }
})

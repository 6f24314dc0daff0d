import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppEnv } from '../../../shared/http/app-env.ts'
import { bodyStream, declaredLength } from '../../../shared/http/body/body.ts'
import { answerBeforeEnd } from '../../../shared/http/body/drain.ts'
import { deferContinue } from '../../../shared/http/body/expect-continue.ts'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import { holdRequest, rawRequest } from '../../support/http/raw-http.ts'
import { serveApp, type ServedApp } from '../../support/http/serve-app.ts'

const bytes = Buffer.alloc(3_000_000, 'coffer')
const failures: unknown[] = []
let app: ServedApp

function routes(app: Hono<AppEnv>): void {
  app.use(answerBeforeEnd({ maxBytes: 8_000_000, seconds: 2 }))
  app.put('/echo', async (c) => c.body(await buffer(bodyStream(c))))
  app.put('/length', async (c) => {
    const declared = declaredLength(c)
    return c.json({ declared, received: (await buffer(bodyStream(c))).length })
  })
  app.put('/patient', async (c) => {
    const body = bodyStream(c, { idleSeconds: 1 })
    try {
      return c.body(await buffer(body))
    } catch (error) {
      failures.push(error)
      throw error
    }
  })
  app.put('/slow-reader', async (c) => {
    const body = bodyStream(c, { idleSeconds: 0.1 })
    let received = 0
    for await (const chunk of body) {
      if (received === 0) await delay(400)
      received += (chunk as Buffer).length
    }
    return c.json({ received })
  })
  app.put('/refuse', () => {
    throw new WorkspaceError('forbidden', 'No.')
  })
  app.put('/download', (c) => {
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue(bytes)
    return c.body(new ReadableStream({ start }), 200, { 'Content-Length': `${2 * bytes.length}` })
  })
  app.put('/nothing', (c) => c.body(null, 204))
  app.put('/refuse-midway', async (c) => {
    for await (const _ of bodyStream(c)) throw new WorkspaceError('too-large', 'Enough.')
    return c.text('never')
  })
  app.put('/twice', async (c) => {
    await buffer(bodyStream(c))
    return c.body(await buffer(bodyStream(c)))
  })
}

beforeAll(async () => {
  app = await serveApp(routes)
  deferContinue(app.server)
})
afterAll(() => app[Symbol.asyncDispose]())

const put = (path: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
  fetch(app.origin + path, { method: 'PUT', body: body ?? null, headers, duplex: 'half' })

/** A connection for raw bytes; `received` contains the answer so far. */
async function rawConnection(head: string, served = app) {
  const socket = connect(Number(new URL(served.origin).port), '127.0.0.1')
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const connection = { socket, received: '', closed }
  socket.on('close', () => resolve()).on('error', () => {})
  socket.on('data', (chunk) => (connection.received += chunk.toString('latin1')))
  await once(socket, 'connect')
  socket.write(head)
  return connection
}

const expecting = (path: string) =>
  `PUT ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`

describe('a request body on a socket', () => {
  it('arrives unchanged, with a declared length or chunked', async () => {
    expect(bytes.equals(await (await put('/echo', bytes)).bytes())).toBe(true)
    const chunked = await put('/length', Readable.toWeb(Readable.from([bytes, bytes])))
    await expect(chunked.json()).resolves.toEqual({ received: 2 * bytes.length })
    const declared = await put('/length', bytes)
    await expect(declared.json()).resolves.toEqual({
      declared: bytes.length,
      received: bytes.length,
    })
  })

  it('may be empty', async () => {
    await expect((await put('/length', '')).json()).resolves.toEqual({ declared: 0, received: 0 })
  })

  it('leaves the connection usable for the next request', async () => {
    const one = `PUT /length HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`
    const last = one.replace('Host: x', 'Host: x\r\nConnection: close')
    const connection = await rawConnection(one + one + last)
    await connection.closed
    expect(connection.received.match(/"received":3/g)).toHaveLength(3)
  })

  it('fails with timeout when no byte comes for the idle limit', async () => {
    const held = holdRequest(`${app.origin}/patient`, 'PUT', { 'content-length': '10' })
    await held.write('abc')
    const response = await held.answered
    expect(response.status).toBe(408)
    expect(response.headers.get('connection')).toBe('close')
    await expect(response.json()).resolves.toMatchObject({
      type: 'urn:coffer:problem:timeout',
      detail: /^No byte of the body arrived for 0\.2 s/,
    })
    held.cut()
  })

  it('may be slow while bytes keep arriving', async () => {
    const held = holdRequest(`${app.origin}/patient`, 'PUT', { 'content-length': '10' })
    for (let i = 0; i < 10; i++) {
      await held.write('x')
      await delay(150)
    }
    const response = await held.finish()
    await expect(response.text()).resolves.toBe('x'.repeat(10))
  })

  it('does not time out because of a slow reader', async () => {
    const response = await put('/slow-reader', bytes)
    await expect(response.json()).resolves.toEqual({ received: bytes.length })
  })

  it('fails with invalid-request when the client hangs up', async () => {
    failures.length = 0
    await rawRequest(app.origin, {
      method: 'PUT',
      target: '/patient',
      headers: [['Content-Length', '10']],
      body: 'abc',
      hangUp: true,
    })
    await expect
      .poll(() => failures)
      .toEqual([expect.objectContaining({ code: 'invalid-request' })])
    expect(String(failures[0])).toMatch(/cut off after 3 of 10 bytes/)
  })

  it('is rejected with a content coding other than identity', async () => {
    const refused = await put('/echo', bytes, { 'content-encoding': 'gzip' })
    expect(refused.status).toBe(415)
    const identity = await put('/echo', 'abc', { 'content-encoding': 'Identity' })
    await expect(identity.text()).resolves.toBe('abc')
  })

  it('cannot be read twice', async () => {
    expect((await put('/twice', 'abc')).status).toBe(500)
  })

  it.each(['/refuse', '/refuse-midway'])(
    'delivers the error to a client that reads only after sending: %s',
    async (path) => {
      const connection = await rawConnection(
        `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      )
      connection.socket.pause().write(bytes)
      connection.socket.end(() => connection.socket.resume())
      await connection.closed
      expect(connection.received).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect(connection.received).toMatch(/connection: close/i)
      expect(connection.received).toContain('urn:coffer:problem:')
    },
  )

  it('answers immediately while the body arrives', async () => {
    const connection = await rawConnection(
      'PUT /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc',
    )
    await expect.poll(() => connection.received).toMatch(/^HTTP\/1\.1 403 (.|\r\n)*No\./)
    expect(connection.socket.readableEnded).toBe(false)
    connection.socket.destroy()
  })

  it('does not delay a download whose request has an unread body', async () => {
    const connection = await rawConnection(
      'PUT /download HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n',
    )
    // The answer has not ended: these bytes were forwarded immediately.
    await expect.poll(() => connection.received.length).toBeGreaterThan(bytes.length)
    const [head = ''] = connection.received.split('\r\n\r\n')
    expect(head.toLowerCase()).toContain(`content-length: ${2 * bytes.length}`)
    connection.socket.destroy()
  })

  it('is dropped after an answer without content, which has no length', async () => {
    const connection = await rawConnection(
      'PUT /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n',
    )
    await expect.poll(() => connection.received).toMatch(/^HTTP\/1\.1 204 (.|\r\n)*\r\n\r\n$/)
    expect(connection.received).not.toMatch(/content-length|transfer-encoding/i)
    connection.socket.write('abc')
    await connection.closed
  })

  it('keeps Content-Length on a short answer', async () => {
    const connection = await rawConnection(
      'PUT /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n',
    )
    await expect.poll(() => connection.received).toMatch(/No\./)
    expect(connection.received).toMatch(/content-length: \d+\r\n/i)
    connection.socket.destroy()
  })

  it.each([
    ['many bytes', { maxBytes: 1_000_000, seconds: 3600 }, Buffer.alloc(20_000_000)],
    ['no end', { maxBytes: 1_000_000, seconds: 0.1 }, Buffer.from('abc')],
  ])('is read only up to the limits after an error: %s', async (_, limits, sent) => {
    await using bounded = await serveApp((routes) => {
      routes.use(answerBeforeEnd(limits))
      routes.put('/', () => {
        throw new WorkspaceError('forbidden', 'No.')
      })
    })
    const connection = await rawConnection(
      'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n',
      bounded,
    )
    connection.socket.write(sent)
    await connection.closed
    expect(connection.received).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('sends 100 Continue when the body is read, and not for an error', async () => {
    const wanted = await rawConnection(expecting('/echo'))
    await expect.poll(() => wanted.received).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    wanted.socket.write('abc')
    await wanted.closed
    expect(wanted.received).toMatch(/HTTP\/1\.1 200 OK\r\n(.|\r\n)*abc$/)
    const refused = await rawConnection(expecting('/refuse'))
    await expect.poll(() => refused.received).toMatch(/^HTTP\/1\.1 403 (.|\r\n)*No\./)
    refused.socket.destroy()
  })
})

describe('a request body without a socket', () => {
  const local = new Hono<AppEnv>()
  local.onError((error, c) => c.text(String(error), error instanceof WorkspaceError ? 400 : 500))
  routes(local)

  it('is read from the Request', async () => {
    const response = await local.request('/echo', { method: 'PUT', body: bytes })
    expect(bytes.equals(Buffer.from(await response.arrayBuffer()))).toBe(true)
    const empty = await local.request('/echo', { method: 'PUT' })
    await expect(empty.text()).resolves.toBe('')
  })

  it('must have the declared length', async () => {
    const body = { method: 'PUT', body: 'abc', headers: { 'content-length': '4' } }
    const response = await local.request('/echo', body)
    await expect(response.text()).resolves.toMatch(/cut off after 3 of 4 bytes/)
  })
})

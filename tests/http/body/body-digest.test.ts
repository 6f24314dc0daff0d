import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyStream } from '../../../shared/http/body/body.ts'
import { serveApp, type ServedApp } from '../../support/http/serve-app.ts'

const small = randomBytes(100_000)
const large = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(19_000_000, 'coffer')])
const outcomes: unknown[] = []
let app: ServedApp

beforeAll(async () => {
  app = await serveApp((routes) => {
    routes.put('/', async (c) => {
      const hash = createHash('sha256')
      try {
        for await (const chunk of bodyStream(c, { checksum: c.req.query('checksum') })) {
          hash.update(chunk as Buffer)
        }
      } catch (error) {
        outcomes.push(error)
        throw error
      }
      return c.text(hash.digest('hex'))
    })
  })
})
afterAll(() => app[Symbol.asyncDispose]())

const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex')
const put = (query: string, body: NonNullable<RequestInit['body']>, init: RequestInit = {}) =>
  fetch(`${app.origin}/?${query}`, { method: 'PUT', body, ...init })

describe.each([
  ['a small body', small],
  ['a large body', large],
])('a request body with a checksum: %s', (_, bytes) => {
  test('passes bytes with the expected digest', async () => {
    const response = await put(`checksum=${sha256(bytes)}`, bytes)
    expect([response.status, await response.text()]).toEqual([200, sha256(bytes)])
  })

  test('fails with digest-mismatch if the last byte differs', async () => {
    const spoilt = Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])
    const response = await put(`checksum=${sha256(bytes)}`, spoilt)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'urn:coffer:problem:digest-mismatch' })
  })

  test('accepts a body of unknown length', async () => {
    const body = Readable.toWeb(Readable.from([bytes, small])) as ReadableStream
    const checksum = sha256(Buffer.concat([bytes, small]))
    const response = await put(`checksum=${checksum}`, body, { duplex: 'half' })
    expect([response.status, await response.text()]).toEqual([200, checksum])
  })

  test('fails with invalid-request if the body is truncated', async () => {
    outcomes.length = 0
    const { port, hostname } = new URL(app.origin)
    const socket = connect(Number(port), hostname)
    const target = `/?checksum=${sha256(bytes)}`
    socket.write(`PUT ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes.length}\r\n\r\n`)
    socket.write(bytes.subarray(0, -1), () => socket.destroy())
    await expect.poll(() => outcomes).toMatchObject([{ code: 'invalid-request' }])
  })
})

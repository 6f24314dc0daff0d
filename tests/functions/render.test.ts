import { readdir } from 'node:fs/promises'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { OutgoingHttpHeaders } from 'node:http2'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLocalRenderer } from '../../shared/adapters/preview/local-renderer.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { requestH2 } from '../support/http/h2-client.ts'
import { motley } from '../support/files/pictures.ts'
import { expectProblem } from '../support/http/problem.ts'
import { startRender } from '../support/http/render-service.ts'

const png = await motley().png().toBuffer()
const ofPng = { 'content-type': 'image/png' }
const mebibyte = 1024 * 1024
/** The files in temporary directories of decoders. The directory of a decoder that waits is empty. */
const spooled = async () => {
  const names = await readdir(tmpdir())
  const spools = names.filter((name) => name.startsWith('coffer-media-'))
  const listed = spools.map((name) => readdir(join(tmpdir(), name)).catch(() => []))
  return (await Promise.all(listed)).flatMap((files, at) =>
    files.map((file) => `${spools[at]}/${file}`),
  )
}

describe('the service "render"', () => {
  const logged: LogEntry[] = []
  const opened = new AsyncDisposableStack()
  let origin = ''
  beforeAll(async () => {
    const service = opened.use(
      await startRender(openLocalRenderer(), (entry) => logged.push(entry)),
    )
    origin = service.origin
  })
  afterAll(() => opened[Symbol.asyncDispose]())
  const post = (path: string, headers: OutgoingHttpHeaders = ofPng, body?: Buffer | Readable) =>
    requestH2(origin, { ':path': path, ...headers }, body ?? png)

  test('answers the picture with its type and nosniff', async () => {
    const answer = await post('/render?width=32')
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'x-content-type-options': 'nosniff',
    })
  })

  test('answers a normalized image with the type of the request', async () => {
    const answer = await post('/normalize?maxWidth=20')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
  })

  test.each<[string, OutgoingHttpHeaders, number, string, string?]>([
    ['/', ofPng, 404, 'not-found'],
    ['/api/workspace/files', ofPng, 404, 'not-found'],
    ['/render?width=32', { ...ofPng, ':method': 'GET' }, 404, 'not-found'],
    ['/render?width=32', { ...ofPng, ':method': 'PUT' }, 404, 'not-found'],
    ['/render', ofPng, 400, 'invalid-request', 'width'],
    ['/render?width=15', ofPng, 400, 'invalid-request', 'width'],
    ['/render?width=1e2', ofPng, 400, 'invalid-request', 'width'],
    ['/render?width=32&width=33', ofPng, 400, 'invalid-request', 'width'],
    ['/render?width=32&depth=32', ofPng, 400, 'invalid-request', 'depth'],
    ['/render?width=%ff', ofPng, 400, 'invalid-request', 'width'],
    ['/normalize?maxWidth=20000', ofPng, 400, 'invalid-request', 'maxWidth'],
    ['/normalize?normalize=image', ofPng, 400, 'invalid-request', 'normalize'],
    ['/render?width=32', {}, 400, 'invalid-request', 'Content-Type'],
    ['/render?width=32', { 'content-type': 'png' }, 400, 'invalid-request', 'Content-Type'],
    ['/render?width=32', { 'content-type': 'text/plain' }, 415, 'unsupported-type'],
    ['/render?width=32', { 'content-type': 'image/svg+xml' }, 415, 'unsupported-type'],
    ['/render?width=32', { 'content-type': 'video/unheard-of' }, 415, 'unsupported-type'],
    ['/render?width=32', { 'content-type': 'application/pdf' }, 415, 'unsupported-type'],
    ['/render?width=32', { ...ofPng, 'content-encoding': 'gzip' }, 415, 'unsupported-type'],
    ['/render?width=32', { ...ofPng, 'content-length': `${2 ** 40}` }, 415, 'unsupported-type'],
  ])('%s with %j is %i %s', async (path, headers, status, code, field) => {
    const isDeclared = 'content-length' in headers
    const answer = await post(path, headers, isDeclared ? new PassThrough() : png)
    await expectProblem(answer, status, code, field)
  })

  test.each([
    ['more', `${png.length - 1}`],
    ['fewer', `${png.length + 1}`],
  ])('does not render a body of %s bytes than its Content-Length', async (_, length) => {
    const answer = await post('/render?width=32', { ...ofPng, 'content-length': length }).catch(
      (error: unknown) => error,
    )
    expect(answer).not.toMatchObject({ status: 200 })
  })

  test('refuses an endless body at the limit', { timeout: 120_000 }, async () => {
    let sentBytes = 0
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          sentBytes += mebibyte
          yield Buffer.alloc(mebibyte)
          await delay(0)
        }
      })(),
    )
    const { detail } = await expectProblem(
      await post('/normalize', ofPng, endless),
      415,
      'unsupported-type',
    )
    expect(detail).toContain('256 MiB')
    expect(sentBytes).toBeLessThan(264 * mebibyte)
  })

  test('answers 429 beyond its concurrency limit and serves the other requests', async () => {
    const session = connect(origin)
    const waiting = Array.from({ length: 8 }, () => {
      const stream = session.request({ ':method': 'POST', ':path': '/normalize', ...ofPng })
      stream.write(png.subarray(0, 10))
      return stream
    })
    try {
      await delay(200)
      const refused = await post('/normalize')
      await expectProblem(refused, 429, 'too-many-requests')
      expect(refused.headers.get('retry-after')).toBe('5')
      const [one] = waiting
      one?.end(png.subarray(10))
      const status = await new Promise((resolve) =>
        one?.once('response', (headers) => resolve(headers[':status'])),
      )
      expect(status).toBe(200)
    } finally {
      session.destroy()
    }
  })

  test('disconnected clients release their slots and leave no files on the disk', async () => {
    const before = new Set(await spooled())
    for (let round = 0; round < 3; round += 1) {
      const session = connect(origin)
      for (let n = 0; n < 8; n += 1) {
        const stream = session.request({ ':method': 'POST', ':path': '/normalize', ...ofPng })
        stream.on('error', () => undefined)
        stream.write(png.subarray(0, 10))
      }
      await delay(200)
      session.destroy()
      await delay(200)
    }
    const { status } = await post('/normalize')
    expect(status).toBe(200)
    const left = async () => (await spooled()).filter((name) => !before.has(name))
    // Tests in other processes use the same directory for a short time.
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
  })

  test('logs one line for a request, without its query', async () => {
    logged.length = 0
    await post('/render?width=32')
    await post('/render?width=32', ofPng, Buffer.from('no picture'))
    expect(logged).toEqual([
      expect.objectContaining({ severity: 'INFO', message: 'POST /render 200' }),
      expect.objectContaining({ severity: 'INFO', message: 'POST /render 415' }),
    ])
  })

  test('answers 500 without details for a fault and logs it', async () => {
    const faults: LogEntry[] = []
    const failing = { render: fail, text: fail, normalize: fail }
    await using broken = await startRender(failing, (entry) => faults.push(entry))
    const answer = await requestH2(broken.origin, { ':path': '/render?width=32', ...ofPng }, png)
    await expectProblem(answer, 500, 'internal')
    expect(faults.map(({ message }) => message)).toContain('ENOSPC: the disk is full')
  })
})

const fail = () => Promise.reject(new Error('ENOSPC: the disk is full'))

test('decodes with its own limits instead of the limits of the client', async () => {
  await using service = await startRender()
  const blank = { width: 11_000, height: 11_000, channels: 3, background: 'black' } as const
  const bomb = await sharp({ create: blank }).toColourspace('b-w').png().toBuffer()
  const answer = await requestH2(service.origin, { ':path': '/render?width=32', ...ofPng }, bomb)
  const { detail } = await expectProblem(answer, 415, 'unsupported-type')
  expect(detail).toContain('more pixels')
})

import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openHttpRenderer } from '../../../shared/adapters/preview/http-renderer.ts'
import type { RenderTimeouts, RenderService } from '../../../shared/adapters/preview/render-call.ts'
import { startH2Server } from '../../support/http/h2-server.ts'
import { startRender } from '../../support/http/render-service.ts'
import { describeRenderer, requestOf } from '../../ports/renderer.ts'

describeRenderer('the service "render" over HTTP/2', async () => {
  const service = await startRender()
  return {
    renderer: openHttpRenderer({ origin: service.origin }),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
})

const file = Buffer.from('some bytes')
const outage = { code: 'renderer-unavailable', retryAfterSeconds: 5 }
const unopened = () => Promise.reject(new Error('opened'))
const silent = (stream: ServerHttp2Stream) => stream.resume()
const tokens = {
  given: () => Promise.resolve('Bearer a-token'),
  failing: () => Promise.reject(new Error('no metadata server')),
  stuck: () => new Promise<string>(() => undefined),
}
const timeouts: Partial<RenderTimeouts> = { retryDelaysMs: [1, 1] }
const problem = (code: string, detail: string) =>
  JSON.stringify({ type: `urn:coffer:problem:${code}`, title: 'x', status: 400, detail })

/** Renders at a service with scripted responses. */
async function renderAt(
  answer: (stream: ServerHttp2Stream) => void,
  options: Partial<RenderService> = {},
) {
  await using server = await startH2Server(answer)
  const renderer = openHttpRenderer({ origin: server.origin, timeouts, ...options })
  return await renderer.render(requestOf(file))
}

function answering(status: number, text: string, headers: Record<string, string> = {}) {
  return (stream: ServerHttp2Stream) => {
    stream.resume()
    stream.respond({ ':status': status, ...headers })
    stream.end(text)
  }
}

describe('the client of the service "render"', () => {
  test('reports an outage of an unreachable service without opening the source', async () => {
    const { origin } = await closedServer()
    const renderer = openHttpRenderer({ origin, timeouts })
    await expect(renderer.render(requestOf(file, { open: unopened }))).rejects.toMatchObject(outage)
    const body = Readable.from([file])
    await expect(renderer.normalize(body, {})).rejects.toMatchObject(outage)
    expect(body.readableDidRead).toBe(false)
  })

  test('retries a failed connection and opens the source once', async () => {
    const { origin } = await closedServer()
    let opened = 0
    const open = async () => {
      opened += 1
      return Readable.from([file])
    }
    const renderer = openHttpRenderer({ origin, timeouts: { retryDelaysMs: [1, 2000] } })
    const rendering = renderer.render(requestOf(file, { open }))
    // The first two attempts have failed by then.
    await delay(300)
    await using _server = await startH2Server(
      answering(200, 'a picture'),
      Number(new URL(origin).port),
    )
    expect((await rendering).toString()).toBe('a picture')
    expect(opened).toBe(1)
  })

  test.each([
    ['503', answering(503, 'Service Unavailable')],
    ['403 of IAM', answering(403, '<html><title>403 Forbidden</title>')],
    ['404', answering(404, problem('not-found', 'nothing here'))],
    ['500', answering(500, problem('internal', 'it failed'))],
    ['a refusal that no renderer gives', answering(400, problem('path-taken', 'taken'))],
    ['a redirect', answering(302, '', { location: '/' })],
    [
      'a problem without an end',
      (stream: ServerHttp2Stream) => {
        stream.resume().respond({ ':status': 415 })
        const more = () => void (stream.writable && stream.write(Buffer.alloc(65_536), more))
        more()
      },
    ],
    ['a reset', (stream: ServerHttp2Stream) => stream.close(8)],
    ['a lost connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('reports an outage for a response that is %s', async (_, answer) => {
    await expect(renderAt(answer)).rejects.toMatchObject(outage)
  })

  test('reports an outage with its cause for the log', async () => {
    const error = await renderAt(answering(403, '<title>403 Forbidden')).catch((it: unknown) => it)
    expect(String((error as Error).cause)).toContain('403: <title>403 Forbidden')
  })

  test('passes on a refusal of the service', async () => {
    const refused = answering(415, problem('unsupported-type', 'It is damaged.'))
    await expect(renderAt(refused)).rejects.toMatchObject({
      code: 'unsupported-type',
      message: 'It is damaged.',
    })
    const crowded = answering(429, problem('too-many-requests', 'Later.'), { 'retry-after': '7' })
    await expect(renderAt(crowded)).rejects.toMatchObject({
      code: 'too-many-requests',
      retryAfterSeconds: 7,
    })
  })

  test('throws too-many-requests if Cloud Run has no free instance', async () => {
    await expect(renderAt(answering(429, 'Rate exceeded.'))).rejects.toMatchObject({
      code: 'too-many-requests',
      retryAfterSeconds: 5,
    })
  })

  test('reads a refusal during the request body and releases the source', async () => {
    await using server = await startH2Server((stream) => {
      stream.respond({ ':status': 429 })
      stream.end(problem('too-many-requests', 'Later.'))
    })
    const source = Readable.from(endless())
    const renderer = openHttpRenderer({ origin: server.origin, timeouts })
    const open = async () => source
    await expect(renderer.render(requestOf(file, { open }))).rejects.toMatchObject({
      code: 'too-many-requests',
    })
    if (!source.closed) await new Promise((resolve) => source.once('close', resolve))
  })

  test('reports an outage of a silent service', async () => {
    const rendering = renderAt(silent, { timeouts: { silentMs: 100 } })
    await expect(rendering).rejects.toMatchObject(outage)
  })

  test('reports an outage for a preview that is too large', async () => {
    const large = answering(200, 'x'.repeat(16 * 1024 * 1024 + 1))
    await expect(renderAt(large)).rejects.toMatchObject(outage)
  })

  test.each([
    ['reset', (stream: ServerHttp2Stream) => stream.destroy(new Error('failed'))],
    ['cancelled', (stream: ServerHttp2Stream) => stream.destroy(cancellation)],
    ['ended by its connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('fails for an image that is %s before its end', async (_, cut) => {
    await using server = await startH2Server((stream) => {
      stream.resume().respond({ ':status': 200 })
      stream.write('half an image', () => setTimeout(() => cut(stream), 50))
    })
    const renderer = openHttpRenderer({ origin: server.origin, timeouts })
    const image = await renderer.normalize(Readable.from([file]), {})
    await expect(buffer(image)).rejects.toMatchObject(outage)
    await expect(renderer.render(requestOf(file))).rejects.toMatchObject(outage)
  })

  test('cancels the request if the image is not read to its end', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await startH2Server((stream) => {
      stream.once('close', closed.resolve)
      stream.resume().respond({ ':status': 200 })
      stream.write('half an image')
    })
    const renderer = openHttpRenderer({ origin: server.origin, timeouts })
    const image = await renderer.normalize(Readable.from([file]), {})
    image.destroy()
    await closed.promise
    expect(image.destroyed).toBe(true)
  })

  test('sends the token, and sends no request without a token', async () => {
    const sent: unknown[] = []
    await using server = await startH2Server((stream, headers) => {
      sent.push(headers.authorization)
      answering(200, 'a picture')(stream)
    })
    const { origin } = server
    await openHttpRenderer({ origin, authorize: tokens.given }).render(requestOf(file))
    expect(sent).toEqual(['Bearer a-token'])
    for (const authorize of [tokens.failing, tokens.stuck]) {
      const renderer = openHttpRenderer({ origin, authorize, timeouts: { connectMs: 500 } })
      await expect(renderer.render(requestOf(file))).rejects.toMatchObject(outage)
    }
    expect(sent).toHaveLength(1)
  })
})

/** Resets a stream with the code CANCEL. */
const cancellation = Object.assign(new Error('aborted'), { code: 'ABORT_ERR' })

/** Returns an origin without a listener. */
async function closedServer() {
  await using server = await startH2Server(() => undefined)
  return { origin: server.origin }
}

async function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024)
}

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import {
  brotliCompressSync,
  constants,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fetcherFor, startHost, startRawHost, type Host } from '../../support/http/fetch-world.ts'

const maxBytes = 100_000
const file = Buffer.from('a file of some length, '.repeat(1000))
const tooLarge = { code: 'too-large', message: expect.stringContaining(`${maxBytes} bytes`) }
const broken = { code: 'invalid-request', message: expect.stringContaining('was truncated') }
const tooSlow = { code: 'invalid-request', message: expect.stringContaining('too slowly') }

const encoded: Record<string, Buffer> = {
  identity: file,
  gzip: gzipSync(file),
  'x-gzip': gzipSync(file),
  GZIP: gzipSync(file),
  'identity, gzip': gzipSync(file),
  deflate: deflateSync(file),
  br: brotliCompressSync(file),
  zstd: zstdCompressSync(file),
}

describe('a body', () => {
  it('is requested without coding', async () => {
    await using host = await startHost((request, response) =>
      response.end(request.headers['accept-encoding']),
    )
    expect((await fetched(host)).toString()).toBe('identity')
  })

  it.each(Object.keys(encoded))('that has the unrequested coding %s is decoded', async (coding) => {
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Encoding', coding)
      response.end(encoded[coding])
    })
    expect(await fetched(host)).toEqual(file)
    await expect.poll(host.open).toBe(0)
  })

  it.each(['compress', 'aes128gcm', 'gzip, gzip', 'gzip, br', '__proto__', 'x'])(
    'with the coding %s is rejected',
    async (coding) => {
      await using host = await startHost((_, response) => {
        response.setHeader('Content-Encoding', coding)
        response.end(file)
      })
      await expect(fetched(host)).rejects.toMatchObject({
        code: 'invalid-request',
        message: expect.stringContaining('content encoding'),
      })
      await expect.poll(host.open).toBe(0)
    },
  )

  it.each(['gzip', 'deflate', 'br', 'zstd'])('that is not valid %s fails', async (coding) => {
    for (const bytes of [file, encoded[coding]?.subarray(0, -5), Buffer.alloc(0)]) {
      await using host = await startHost((_, response) => {
        response.setHeader('Content-Encoding', coding)
        response.end(bytes)
      })
      await expect(fetched(host)).rejects.toMatchObject(broken)
    }
  })

  it('of exactly the limit is accepted, and one byte more is rejected immediately', async () => {
    await using host = await startHost((request, response) => {
      const length = maxBytes + Number(request.url?.slice(1))
      response.setHeader('Content-Length', length)
      // The body that is too large is announced but never sent, so waiting for it would not end.
      if (length === maxBytes) response.end(Buffer.alloc(maxBytes))
      else response.flushHeaders()
    })
    expect(await fetched(host, '/0')).toHaveLength(maxBytes)
    await expect(fetched(host, '/1')).rejects.toMatchObject(tooLarge)
    await expect.poll(host.open).toBe(0)
  })

  it('without end fails at the limit and closes its connection', async () => {
    await using host = await startHost((_, response) => sendForEver(response))
    await expect(fetched(host)).rejects.toMatchObject(tooLarge)
    await expect.poll(host.open).toBe(0)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('that is a bomb in %s fails at the limit of the decoded size', async (coding, compress) => {
    const bomb = compress(Buffer.alloc(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(maxBytes)
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Encoding', coding)
      response.end(bomb)
    })
    const received: number[] = []
    await expect(fetched(host, '/', (bytes) => received.push(bytes))).rejects.toMatchObject(
      tooLarge,
    )
    expect(received.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytes)
  })

  it('with an endless coding without output fails', async () => {
    const nothing = Buffer.concat(Array.from({ length: 1000 }, () => gzipSync('')))
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Encoding', 'gzip')
      sendForEver(response, nothing)
    })
    await expect(fetched(host)).rejects.toMatchObject(tooLarge)
    await expect.poll(host.open).toBe(0)
  })

  it('in zstd with a window of more than 8 MiB is rejected (RFC 9659)', async () => {
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Encoding', 'zstd')
      const compressor = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } })
      compressor.pipe(response)
      compressor.end(file)
    })
    await expect(fetched(host)).rejects.toMatchObject(broken)
  })

  it.each([
    ['shorter than its Content-Length', 'Content-Length: 10\r\n\r\nshort'],
    ['chunked and cut off within a chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nabc'],
    ['chunked without its last chunk', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['chunked with nonsense for a size', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n'],
  ])('%s fails', async (_, rest) => {
    await using host = await startRawHost((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
    await expect(fetched(host)).rejects.toMatchObject(broken)
  })

  it('longer than its Content-Length has the stated length (RFC 9112 §6.3)', async () => {
    await using host = await startRawHost((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nexactHTTP/1.1 200 OK\r\n\r\n'),
    )
    expect((await fetched(host)).toString()).toBe('exact')
  })

  it('without a length ends with its connection', async () => {
    await using host = await startRawHost((socket) =>
      socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'),
    )
    expect((await fetched(host)).toString()).toBe('all of it')
  })

  it('may be empty', async () => {
    await using host = await startHost((_, response) => response.end())
    expect(await fetched(host)).toHaveLength(0)
  })

  it('that stalls fails after the idle timeout', async () => {
    await using host = await startHost((_, response) => void response.write('begun'))
    await expect(fetched(host, '/', undefined, { idleSeconds: 0.1 })).rejects.toMatchObject(tooSlow)
    await expect.poll(host.open).toBe(0)
  })

  it('that trickles fails after the total timeout', async () => {
    await using host = await startHost((_, response) => {
      const drip = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(drip))
    })
    await expect(
      fetched(host, '/', undefined, { idleSeconds: 10, totalSeconds: 0.3 }),
    ).rejects.toMatchObject(tooSlow)
    await expect.poll(host.open).toBe(0)
  })

  it('does not time out because of a slow reader', async () => {
    const size = 4 * 1024 * 1024
    await using host = await startHost((_, response) => response.end(Buffer.alloc(size)))
    const fetchSource = fetcherFor([host], { idleSeconds: 0.05 })
    const { body } = await fetchSource(urlOf(host), { maxBytes: size })
    let bytes = 0
    const reader = new Writable({
      write(chunk: Buffer, _, done) {
        const isFirst = bytes === 0
        bytes += chunk.length
        setTimeout(done, isFirst ? 300 : 0)
      },
    })
    await pipeline(body, reader)
    expect(bytes).toBe(size)
  })

  it('closes its connection on destruction', async () => {
    await using host = await startHost((_, response) => sendForEver(response))
    const { body } = await fetcherFor([host])(urlOf(host), { maxBytes: 1e12 })
    body.destroy()
    await expect.poll(host.open).toBe(0)
  })

  it("fails with the signal's reason on abort, even if it has arrived completely", async () => {
    await using host = await startHost((request, response) => {
      if (request.url === '/whole') response.end('whole')
      else response.write('part')
    })
    for (const path of ['/whole', '/part']) {
      const caller = new AbortController()
      const { signal } = caller
      const { body } = await fetcherFor([host])(urlOf(host, path), { maxBytes, signal })
      caller.abort(new Error('enough'))
      await expect(buffer(body)).rejects.toThrow('enough')
      await expect.poll(host.open).toBe(0)
    }
  })

  it('that fails before it is read does not crash the process and fails a later reader', async () => {
    await using host = await startRawHost((socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab', () => socket.destroy())
    })
    const { body } = await fetcherFor([host])(urlOf(host), { maxBytes })
    await expect.poll(() => body.destroyed).toBe(true)
    await expect(buffer(body)).rejects.toMatchObject(broken)
  })
})

async function fetched(
  host: Host,
  path = '/',
  onData: (bytes: number) => void = () => undefined,
  policy: Parameters<typeof fetcherFor>[1] = {},
): Promise<Buffer> {
  const { body } = await fetcherFor([host], policy)(urlOf(host, path), { maxBytes })
  const chunks: Buffer[] = []
  for await (const chunk of body as AsyncIterable<Buffer>) {
    onData(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function sendForEver(response: ServerResponse, piece = Buffer.alloc(64 * 1024)): void {
  const send = () => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', send)
  send()
}

function urlOf({ port }: Host, path = '/'): string {
  return `http://files.example.test:${port}${path}`
}

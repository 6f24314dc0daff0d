import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveContent, type Content } from '../../shared/http/content.ts'
import { presetHeader } from '../../shared/http/server/preset-header.ts'
import { crossOrigin } from '../../shared/http/cors.ts'
import { servedAs } from '../../shared/http/served-as.ts'
import type { ByteRange } from '../../shared/ports/blob-store.ts'
import { parseByteranges } from '../support/http/byteranges.ts'
import { rawRequest } from '../support/http/raw-http.ts'
import { serveApp, type ServedApp } from '../support/http/serve-app.ts'

const bytes = randomBytes(8 * 1024 * 1024)
const sizeBytes = bytes.length
const checksum = createHash('sha256').update(bytes).digest('hex')
const etag = `"${checksum}"`
const reprDigest = `sha-256=:${Buffer.from(checksum, 'hex').toString('base64')}:`

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
let app: ServedApp
const opened: Readable[] = []

function content(change: Partial<Content> = {}): Content {
  return {
    open: (range?: ByteRange) => {
      const stream = createReadStream(join(folder.path, 'blob'), range)
      opened.push(stream)
      return Promise.resolve(stream)
    },
    sizeBytes,
    etag,
    checksum,
    lastModified: new Date('2026-01-02T03:04:05.678Z'),
    ...servedAs({ name: 'é.bin', mimeType: 'application/octet-stream' }, false),
    crossOriginResourcePolicy: 'same-origin',
    ...change,
  }
}

/** Header fields of the connection instead of the file. */
const ofConnection = new Set(['connection', 'date', 'keep-alive'])

/** An endless answer, which only the client can end. */
const endless = () => new Readable({ read() {} })

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'content-'))
  await writeFile(join(folder.path, 'blob'), bytes)
  app = await serveApp((routes) => {
    routes.use(async (c, next) => {
      presetHeader(c, 'X-Before', 'yes')
      await next()
      c.res.headers.set('X-After', 'yes')
    })
    routes.get('/blob', (c) => serveContent(c, content()))
    routes.get('/small', (c) =>
      serveContent(
        c,
        content({
          sizeBytes: 10,
          open: () => Promise.reject(new Error('A short body needs no stream')),
          bytes: async ({ start, end }) => bytes.subarray(start, end + 1),
        }),
      ),
    )
    routes.get('/small-and-gone', (c) =>
      serveContent(c, content({ sizeBytes: 10, bytes: () => Promise.resolve(undefined) })),
    )
    routes.get('/empty', (c) =>
      serveContent(c, content({ sizeBytes: 0, open: () => Promise.resolve(Readable.from([])) })),
    )
    routes.get('/gone', (c) => serveContent(c, content({ open: () => Promise.resolve(undefined) })))
    routes.get('/short', (c) =>
      serveContent(c, content({ open: () => Promise.resolve(Readable.from([bytes.subarray(1)])) })),
    )
    routes.get('/long', (c) =>
      serveContent(
        c,
        content({
          sizeBytes: 3,
          open: () => Promise.resolve(Readable.from([Buffer.from('four')])),
        }),
      ),
    )
    routes.get('/endless', (c) => {
      const stream = endless()
      opened.push(stream)
      return serveContent(c, content({ open: () => Promise.resolve(stream) }))
    })
    routes.get('/type/:type{.+}', (c) =>
      serveContent(
        c,
        content(
          servedAs({ name: 'a', mimeType: c.req.param('type') }, c.req.query('inline') === 'true'),
        ),
      ),
    )
  })
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await folder.remove()
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(app.origin + path, { headers, method })

const fields = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => !ofConnection.has(name)))

describe('serving bytes', () => {
  it('answers all bytes with their headers', async () => {
    const response = await get('/blob')
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'content-disposition': `attachment; filename="e.bin"; filename*=UTF-8''%C3%A9.bin`,
      'content-length': `${sizeBytes}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/octet-stream',
      'cross-origin-resource-policy': 'same-origin',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      'repr-digest': reprDigest,
      'x-after': 'yes',
      'x-before': 'yes',
      'x-content-type-options': 'nosniff',
      etag,
    })
    expect(bytes.equals(await response.bytes())).toBe(true)
  })

  it('answers HEAD with the same headers, without a range and without opening the blob', async () => {
    const whole = await get('/blob')
    await whole.bytes()
    const before = opened.length
    const head = await get('/blob', { range: 'bytes=0-1' }, 'HEAD')
    expect(opened).toHaveLength(before)
    expect(head.status).toBe(200)
    expect(fields(head)).toEqual(fields(whole))
  })

  it('answers a single range', async () => {
    const response = await get('/blob', { range: 'bytes=100-1000000' })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes 100-1000000/${sizeBytes}`)
    expect(response.headers.get('content-length')).toBe('999901')
    expect(response.headers.get('repr-digest')).toBe(reprDigest)
    expect(bytes.subarray(100, 1_000_001).equals(await response.bytes())).toBe(true)
  })

  it('answers a short body and a short range without a stream', async () => {
    const whole = await get('/small')
    expect(whole.status).toBe(200)
    expect(whole.headers.get('content-length')).toBe('10')
    expect(whole.headers.get('repr-digest')).toBe(reprDigest)
    expect(bytes.subarray(0, 10).equals(await whole.bytes())).toBe(true)
    const part = await get('/small', { range: 'bytes=3-4' })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe('bytes 3-4/10')
    expect(bytes.subarray(3, 5).equals(await part.bytes())).toBe(true)
  })

  it('answers 500 for a short body that is missing', async () => {
    expect((await get('/small-and-gone')).status).toBe(500)
  })

  it('answers several ranges as multipart/byteranges with the declared length, in the requested order', async () => {
    const response = await get('/blob', { range: 'bytes=-5, 0-2000000, 7-7' })
    expect(response.status).toBe(206)
    expect(response.headers.has('content-range')).toBe(false)
    const copy = response.clone()
    expect((await copy.bytes()).length).toBe(Number(response.headers.get('content-length')))
    const parts = await parseByteranges(response)
    expect(parts.map((part) => part.contentRange)).toEqual([
      `bytes ${sizeBytes - 5}-${sizeBytes - 1}/${sizeBytes}`,
      `bytes 0-2000000/${sizeBytes}`,
      `bytes 7-7/${sizeBytes}`,
    ])
    expect(parts.map((part) => part.contentType)).toEqual(
      Array.from({ length: 3 }, () => 'application/octet-stream'),
    )
    expect(parts[1]?.body).toBe(bytes.subarray(0, 2_000_001).toString('latin1'))
    expect(parts[2]?.body).toBe(bytes.subarray(7, 8).toString('latin1'))
  })

  it('never uses a boundary twice', async () => {
    const first = await get('/blob', { range: 'bytes=0-0,1-1' })
    const second = await get('/blob', { range: 'bytes=0-0,1-1' })
    expect(first.headers.get('content-type')).not.toBe(second.headers.get('content-type'))
  })

  it('answers 416 with the size and keeps headers of middleware', async () => {
    for (const [path, size] of [
      ['/blob', sizeBytes],
      ['/empty', 0],
    ] as const) {
      const response = await get(path, { range: `bytes=${size}-` })
      expect(response.status).toBe(416)
      expect(response.headers.get('content-range')).toBe(`bytes */${size}`)
      expect(response.headers.get('x-before')).toBe('yes')
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it('answers an empty file', async () => {
    const response = await get('/empty')
    expect(response.headers.get('content-length')).toBe('0')
    expect((await response.bytes()).length).toBe(0)
  })

  it('answers 304 with only the headers of RFC 9110 §15.4.5', async () => {
    for (const method of ['GET', 'HEAD']) {
      const response = await get('/blob', { 'if-none-match': etag, range: 'bytes=0-1' }, method)
      expect(response.status).toBe(304)
      expect(response.headers.get('etag')).toBe(etag)
      expect(response.headers.get('cache-control')).toBe('private, no-cache')
      for (const name of ['content-type', 'content-length', 'last-modified', 'repr-digest']) {
        expect(response.headers.has(name)).toBe(false)
      }
    }
  })

  it('answers 412 with the current ETag', async () => {
    const response = await get('/blob', { 'if-match': '"other"' })
    expect(response.status).toBe(412)
    expect(response.headers.get('etag')).toBe(etag)
    await expect(response.json()).resolves.toMatchObject({
      type: 'urn:coffer:problem:precondition-failed',
    })
  })

  it('answers the whole file if If-Range does not hold, even for an unsatisfiable range', async () => {
    const holds = await get('/blob', { range: 'bytes=0-1', 'if-range': etag })
    expect(holds.status).toBe(206)
    await holds.bytes()
    const fails = await get('/blob', { range: `bytes=${sizeBytes}-`, 'if-range': `W/${etag}` })
    expect(fails.status).toBe(200)
    await fails.bytes()
  })

  it('throws if the bytes are missing', async () => {
    expect((await get('/gone')).status).toBe(500)
    expect((await get('/gone', { range: 'bytes=0-1' })).status).toBe(500)
    expect((await get('/gone', { range: 'bytes=0-1,3-4' })).status).toBe(500)
  })

  it.each(['/short', '/long'])(
    'breaks the connection and logs the ETag if the bytes have another size: %s',
    async (path) => {
      app.entries.length = 0
      await expect(get(path).then((response) => response.bytes())).rejects.toThrow(TypeError)
      const message = expect.stringContaining(etag) as string
      expect(app.entries).toMatchObject([{ severity: 'ERROR', message }])
    },
  )

  it('breaks the connection to a page of another origin too, without the reason', async () => {
    const origin = 'https://app.example'
    await using broken = await serveApp((routes) => {
      routes.use(crossOrigin([origin], () => []))
      routes.get('/', (c) => {
        const fail = new Readable({ read: () => void fail.destroy(new Error('EIO /secret/place')) })
        return serveContent(c, content({ open: () => Promise.resolve(fail) }))
      })
    })
    const answer = fetch(broken.origin, { headers: { origin } })
    await expect(answer.then((response) => response.bytes())).rejects.toThrow(TypeError)
  })

  it('leaves no listeners on a multipart answer after each part', async () => {
    const warnings: string[] = []
    const note = ({ message }: Error) => void warnings.push(message)
    process.on('warning', note)
    const ranges = Array.from({ length: 16 }, (_, i) => `${i * 10}-${i * 10 + 4}`).join(',')
    const response = await fetch(`${app.origin}/blob`, { headers: { Range: `bytes=${ranges}` } })
    expect(await parseByteranges(response)).toHaveLength(16)
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('breaks a multipart answer if a later part cannot be opened', async () => {
    let calls = 0
    await using broken = await serveApp((routes) =>
      routes.get('/', (c) => {
        const { open } = content()
        return serveContent(
          c,
          content({ open: (range) => (calls++ === 0 ? open(range) : Promise.resolve(undefined)) }),
        )
      }),
    )
    const answer = fetch(broken.origin, { headers: { range: 'bytes=0-1,3-4' } })
    await expect(answer.then((response) => response.bytes())).rejects.toThrow(TypeError)
    expect(broken.entries).toMatchObject([{ severity: 'ERROR' }])
  })

  it.each([
    ['a whole file', 'GET /blob HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['several ranges', 'GET /blob HTTP/1.1\r\nHost: x\r\nRange: bytes=0-4000000,0-4000000\r\n\r\n'],
    ['a stream that waits', 'GET /endless HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('destroys the blob if the client disconnects: %s', async (_, request) => {
    opened.length = 0
    app.entries.length = 0
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
    socket.write(request)
    await once(socket, 'data')
    socket.destroy()
    await expect.poll(() => opened.map((stream) => stream.destroyed)).toEqual([true])
    expect(app.entries).toEqual([])
  })

  it.each([
    ['image/png', 'inline'],
    ['image/avif', 'inline'],
    ['video/mp4', 'inline'],
    ['audio/mpeg', 'inline'],
    ['text/plain', 'inline'],
    ['application/pdf', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['text/html', 'attachment'],
    ['application/xml', 'attachment'],
    ['application/octet-stream', 'attachment'],
  ])('serves %s as %s with inline, and otherwise as an attachment', async (type, disposition) => {
    const asked = await get(`/type/${type}?inline=true`, {}, 'HEAD')
    expect(asked.headers.get('content-disposition')).toBe(`${disposition}; filename="a"`)
    expect(asked.headers.get('content-type')).toBe(type)
    expect(asked.headers.get('content-security-policy')).toMatch(/^default-src 'none'; sandbox/)
    expect(asked.headers.get('content-security-policy')).not.toContain('script')
    const unasked = await get(`/type/${type}`, {}, 'HEAD')
    expect(unasked.headers.get('content-disposition')).toBe('attachment; filename="a"')
  })

  it('ignores a repeated Range field', async () => {
    const response = await rawRequest(app.origin, {
      method: 'GET',
      target: '/empty',
      headers: [
        ['Range', 'bytes=0-0'],
        ['Range', 'bytes=0-0'],
      ],
    })
    expect(response?.status).toBe(200)
  })
})

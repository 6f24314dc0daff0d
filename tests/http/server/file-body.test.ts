import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBlobFile } from '../../../shared/adapters/disk/blob-file.ts'
import { serveContent, type Content } from '../../../shared/http/content.ts'
import { servedAs } from '../../../shared/http/served-as.ts'
import { exchange } from '../../support/http/raw-http.ts'
import { httpApp, serve } from '../../support/http/http-app.ts'

const bytes = randomBytes(8 * 1024 * 1024 + 12_345)
const sizeBytes = bytes.length
const checksum = createHash('sha256').update(bytes).digest('hex')
const origin = 'https://app.example'
const base = '/api/workspace'

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
let server: Awaited<ReturnType<typeof serve>>
const files = { opened: 0, closed: 0, reads: 0 }

/** A file of the folder that counts. `failAfter` is the number of reads that succeed. */
async function openFile(failAfter = Infinity) {
  const file = await openBlobFile(join(folder.path, 'blob'))
  if (!file) return undefined
  files.opened++
  return {
    ...file,
    read(buffer: Uint8Array, position: number) {
      if (files.reads++ >= failAfter) return Promise.reject(new Error('EIO'))
      return file.read(buffer, position)
    },
    close() {
      files.closed++
      return file.close()
    },
  }
}

function content(change: Partial<Content> = {}): Content {
  return {
    openFile: () => openFile(),
    open: () => Promise.reject(new Error('The listener writes the file without a stream')),
    sizeBytes,
    etag: `"${checksum}"`,
    checksum,
    lastModified: new Date('2026-01-02T03:04:05Z'),
    ...servedAs({ name: 'a.bin', mimeType: 'application/octet-stream' }, false),
    crossOriginResourcePolicy: 'same-origin',
    ...change,
  }
}

const { app, http, entries } = httpApp(
  (routes) =>
    routes
      .get('/blob', (c) => serveContent(c, content()))
      .get('/gone', (c) =>
        serveContent(
          c,
          content({ openFile: async () => undefined, open: () => Promise.resolve(undefined) }),
        ),
      )
      .get('/other-size', (c) => serveContent(c, content({ sizeBytes: sizeBytes - 1 })))
      .get('/failing', (c) => serveContent(c, content({ openFile: () => openFile(2) })))
      .get('/replaced', async (c) => {
        await serveContent(c, content())
        return c.text('another answer')
      })
      .get('/thrown', async (c) => {
        await serveContent(c, content())
        throw new Error('failed later')
      })
      .get('/stream', (c) =>
        serveContent(
          c,
          content({ openFile: async () => undefined, open: async () => Readable.from([bytes]) }),
        ),
      ),
  { corsOrigins: [origin] },
)

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + base + path, { headers })

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'file-body-'))
  await writeFile(join(folder.path, 'blob'), bytes)
  server = await serve({ app, http })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder.remove()
})

beforeEach(() => {
  entries.length = 0
  Object.assign(files, { opened: 0, closed: 0, reads: 0 })
})

async function expectClosed(count = 1): Promise<void> {
  await expect.poll(() => files).toMatchObject({ opened: count, closed: count })
}

describe('a body that the listener writes from a file', () => {
  test.each([
    [0, sizeBytes - 1],
    [0, 0],
    [sizeBytes - 1, sizeBytes - 1],
    [256 * 1024 - 1, 256 * 1024],
    [0, 256 * 1024 - 1],
    [0, 256 * 1024],
    [1, 3 * 256 * 1024],
    [7, sizeBytes - 1],
  ])('is the bytes of the range %i to %i', async (start, end) => {
    const response = await get('/blob', { range: `bytes=${start}-${end}` })
    expect(response.status).toBe(206)
    expect(Buffer.compare(await response.bytes(), bytes.subarray(start, end + 1))).toBe(0)
    await expectClosed()
  })

  test('has the headers of an answer by a stream', async () => {
    const seen = await Promise.all(
      ['/blob', '/stream'].map(async (path) => {
        const response = await get(path, { origin, 'x-request-id': 'a-b' })
        expect(Buffer.compare(await response.bytes(), bytes)).toBe(0)
        const headers = { ...Object.fromEntries(response.headers), date: '' }
        return { status: response.status, headers }
      }),
    )
    const [byFile, byStream] = seen
    expect(byFile).toEqual(byStream)
    expect(byFile?.headers).toMatchObject({
      vary: 'Origin',
      'x-request-id': 'a-b',
      'access-control-allow-origin': origin,
      'content-length': `${sizeBytes}`,
    })
  })

  test('is not opened for HEAD, and is 500 if the file is missing or has another size', async () => {
    const head = await fetch(`${server.url}${base}/blob`, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(`${sizeBytes}`)
    expect(files.opened).toBe(0)
    expect((await get('/gone')).status).toBe(500)
    expect((await get('/other-size')).status).toBe(500)
    await expectClosed()
  })

  test('breaks the connection and logs the ETag if a read fails', async () => {
    await expect(get('/failing').then((response) => response.bytes())).rejects.toThrow(TypeError)
    const message = expect.stringContaining(checksum) as string
    await expect.poll(() => entries).toMatchObject([{ severity: 'ERROR', message }, {}])
    await expectClosed()
  })

  test('closes the file if the client disconnects or does not read', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(`GET ${base}/blob HTTP/1.1\r\nHost: x\r\n\r\n`)
    await once(socket, 'readable')
    expect(files).toMatchObject({ opened: 1, closed: 0 })
    socket.destroy()
    await expectClosed()
    await expect.poll(() => entries).toMatchObject([{ severity: 'INFO', aborted: true }])
  })

  test('stops reading while the client does not read', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(`GET ${base}/blob HTTP/1.1\r\nHost: x\r\n\r\n`)
    socket.pause()
    await expect.poll(() => files.reads).toBeGreaterThan(2)
    const readsAll = Math.ceil(sizeBytes / (256 * 1024))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(files.reads).toBeLessThan(readsAll)
    socket.destroy()
    await expectClosed()
  })

  test.each(['/replaced', '/thrown'])(
    'closes the file if another answer is sent: %s',
    async (path) => {
      expect(await (await get(path)).text()).not.toBe('')
      await expectClosed()
    },
  )

  test('is followed by the answers of pipelined requests', async () => {
    const request = `GET ${base}/blob HTTP/1.1\r\nHost: x\r\nRange: bytes=0-999999\r\n`
    const received = await exchange(server.url, `${request}\r\n${request}Connection: close\r\n\r\n`)
    const part = bytes.subarray(0, 1_000_000).toString('latin1')
    expect(received.split('HTTP/1.1 206')).toHaveLength(3)
    expect(received.split(part)).toHaveLength(3)
    await expectClosed(2)
  })
})

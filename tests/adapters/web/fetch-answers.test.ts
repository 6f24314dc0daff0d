import { execFile } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { dnsResolve } from '../../../shared/adapters/web/resolve.ts'
import { fetcherFor, startHost, startRawHost, type Host } from '../../support/http/fetch-world.ts'
import { certificate, startSecureHost } from '../../support/http/secure-host.ts'

const maxBytes = 100_000
const noFile = {
  code: 'invalid-request',
  message: expect.stringMatching(/^source: did not return a file/),
}
const unreachable = {
  code: 'invalid-request',
  message:
    'source: could not be fetched; use a URL that a public web server answers, or upload the bytes',
}

describe('a response', () => {
  it.each([201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 403, 404, 410, 429, 500, 503])(
    '%i is rejected, always with the same error',
    async (status) => {
      await using host = await startHost((_, response) => response.writeHead(status).end())
      await expect(fetched(host)).rejects.toMatchObject(noFile)
      await expect.poll(host.open).toBe(0)
    },
  )

  it('provides name, type and size of the file', async () => {
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Type', 'text/plain; charset=utf-8')
      response.end('x')
    })
    const source = await fetched(host, '/a/report%20%E2%82%AC.txt?x=1#y')
    expect(source).toMatchObject({
      name: 'report €.txt',
      declaredType: 'text/plain; charset=utf-8',
      finalUrl: `http://files.example.test:${host.port}/a/report%20%E2%82%AC.txt?x=1`,
    })
    expect(await text(source.body)).toBe('x')
  })

  it.each([
    ['attachment; filename="plain.txt"', 'plain.txt'],
    ["attachment; filename=a.txt; filename*=UTF-8''%e2%82%ac.txt", '€.txt'],
    ["attachment; filename*=UTF-8''%e2%82%ac.txt; filename=a.txt", '€.txt'],
    ["attachment; filename*=iso-8859-1''%A3.txt", '£.txt'],
    ['inline; filename="C:\\\\folder\\\\b.txt"', 'b.txt'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ["attachment; filename*=UTF-8''..%2F..%2Fc.txt", 'c.txt'],
    [Buffer.from('attachment; filename="naïve.txt"').toString('latin1'), 'naïve.txt'],
    ['attachment; filename="na\u00efve.txt"', 'naïve.txt'],
    // Not a valid name, so the name of the URL is used.
    ['attachment; filename=".."', 'from-url'],
    ['attachment; filename=""', 'from-url'],
    ["attachment; filename*=UTF-8''a%00b", 'from-url'],
    ["attachment; filename*=UTF-8''%E2%80%AEfdp.exe", 'from-url'],
    [`attachment; filename="${'a'.repeat(256)}"`, 'from-url'],
    ['attachment', 'from-url'],
    ['', 'from-url'],
  ])('with Content-Disposition %j names the file %j', async (disposition, name) => {
    await using host = await startHost((_, response) => {
      response.setHeader('Content-Disposition', disposition)
      response.end()
    })
    expect((await fetched(host, '/folder/from-url')).name).toBe(name)
  })

  it.each(['/', '/folder/', '/%', '/%ff', '/a%00', '/%2e%2e%2f'])(
    'to %s provides no name',
    async (path) => {
      await using host = await startHost((_, response) => response.end())
      expect(await fetched(host, path)).not.toHaveProperty('name')
    },
  )

  it.each<[string, string]>([
    ['that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['that is nothing', ''],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['with a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['with a field of 20 KB', `HTTP/1.1 200 OK\r\n${'X: '.padEnd(20_000, 'x')}\r\n\r\n`],
    ['with 60 KB of fields', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(10_000)}\r\n`],
    [
      'that switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
  ])('%s is rejected like an unknown host', async (_, answer) => {
    await using host = await startRawHost((socket) => socket.end(answer, 'latin1'))
    await expect(fetched(host)).rejects.toMatchObject(unreachable)
    await expect.poll(host.open).toBe(0)
  })

  it.each([
    ['never begins', () => ''],
    [
      'sends its head a character at a time',
      (sent: number) => 'HTTP/1.1 200 OK\r\nX: '.charAt(sent) || 'x',
    ],
    ['sends nothing but promises', () => 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('that %s is rejected like an unknown host', async (_, next) => {
    await using host = await startRawHost((socket) => {
      let sent = 0
      const drip = setInterval(() => socket.write(next(sent++)), 10)
      socket.on('close', () => clearInterval(drip))
    })
    await expect(fetched(host, '/', { answerSeconds: 0.3 })).rejects.toMatchObject(unreachable)
    await expect.poll(host.open).toBe(0)
  })

  it('may be preceded by early hints', async () => {
    await using host = await startHost((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('x')
    })
    expect(await text((await fetched(host)).body)).toBe('x')
  })

  it('from a host that refuses connections is rejected like a private host', async () => {
    let port = 0
    {
      await using host = await startHost((_, response) => response.end())
      port = host.port
    }
    await expect(
      fetcherFor([{ port } as Host])(`http://files.example.test:${port}/`, { maxBytes }),
    ).rejects.toMatchObject(unreachable)
  })
})

describe('a response over TLS', () => {
  it.each([
    ['files.example.test', 'files.example.test'],
    ['FILES.example.test', 'files.example.test'],
    // A final dot is used by DNS but not by TLS (RFC 6066 §3).
    ['files.example.test.', 'files.example.test.'],
  ])('comes from a host with a certificate for the name in the URL: %s', async (name, said) => {
    await using host = await startSecureHost((request, response) => {
      const { servername } = request.socket as TLSSocket
      response.end(`${request.headers.host} ${servername}`)
    })
    const fetchSource = fetcherFor([host], { ca: certificate })
    const { body } = await fetchSource(`https://${name}:${host.port}/`, { maxBytes })
    expect(await text(body)).toBe(`${said}:${host.port} files.example.test`)
  })

  it.each([
    ['with a certificate for another name', 'other.example.test', certificate],
    ['with a certificate for a name, asked by address', '127.0.0.2', certificate],
    ['with an untrusted certificate', 'files.example.test', undefined],
  ])('%s is rejected like an unknown host', async (_, name, ca) => {
    await using host = await startSecureHost((_request, response) => response.end())
    const policy = ca === undefined ? {} : { ca }
    const fetching = fetcherFor([host], policy)(`https://${name}:${host.port}/`, { maxBytes })
    await expect(fetching).rejects.toMatchObject(unreachable)
  })

  it('is verified even if the environment disables verification', async () => {
    await using host = await startSecureHost((_, response) => response.end())
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, async () => {
      const fetching = fetcherFor([host])(`https://files.example.test:${host.port}/`, { maxBytes })
      await expect(fetching).rejects.toMatchObject(unreachable)
    })
  })
})

describe('a request', () => {
  it('reveals only the name of the service', async () => {
    await using host = await startHost((request, response) =>
      response.end(JSON.stringify([request.method, ...request.rawHeaders])),
    )
    const { body } = await fetched(host)
    const own = ['GET', 'User-Agent', 'Coffer', 'Accept', '*/*', 'Accept-Encoding', 'identity']
    const hop = ['Host', `files.example.test:${host.port}`, 'Connection', 'close']
    expect(JSON.parse(await text(body))).toEqual([...own, ...hop])
  })

  it('ignores a proxy in the environment', async () => {
    await using host = await startHost((_, response) => response.end('direct'))
    await using proxy = await startHost((_, response) => response.end('proxied'))
    const address = `http://127.0.0.2:${proxy.port}`
    const program = fileURLToPath(new URL('../../support/http/fetch-child.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [program, `${host.port}`], {
      env: { HTTP_PROXY: address, http_proxy: address, NODE_USE_ENV_PROXY: '1' },
    })
    expect(stdout).toBe('direct')
    expect(proxy.connections()).toBe(0)
  })

  it('is not sent if the signal has already been aborted', async () => {
    await using host = await startHost((_, response) => response.end())
    const signal = AbortSignal.abort(new Error('before'))
    const fetching = fetcherFor([host])(`http://a.test:${host.port}/`, { maxBytes, signal })
    await expect(fetching).rejects.toThrow('before')
    await expect(dnsResolve()('a.test', signal)).rejects.toThrow('before')
    expect(host.connections()).toBe(0)
  })
})

function fetched(host: Host, path = '/', policy: Parameters<typeof fetcherFor>[1] = {}) {
  return fetcherFor([host], policy)(`http://files.example.test:${host.port}${path}`, { maxBytes })
}

async function withEnvironment(env: Record<string, string>, run: () => Promise<void>) {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    await run()
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

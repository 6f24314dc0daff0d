import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import {
  fetcherFor,
  inside,
  outside,
  startHost,
  startTwins,
} from '../../support/http/fetch-world.ts'
import { certificate, startSecureHost } from '../../support/http/secure-host.ts'

const maxBytes = 1000
const unreachable = /could not be fetched/

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, also to a relative URL', async (status) => {
    await using host = await startHost((request, response) => {
      if (request.url === '/a/start?x=1') redirect(response, 'b%20c?y#fragment', status)
      else response.end(request.url)
    })
    const { body, finalUrl } = await fetcherFor([host])(at(host, '/a/start?x=1'), { maxBytes })
    expect(await text(body)).toBe('/a/b%20c?y')
    expect(finalUrl).toBe(at(host, '/a/b%20c?y'))
    await expect.poll(host.open).toBe(0)
  })

  it('is followed five times but not six times', async () => {
    await using host = await startHost((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('there')
      else redirect(response, `/${left - 1}`)
    })
    const { body } = await fetcherFor([host])(at(host, '/5'), { maxBytes })
    expect(await text(body)).toBe('there')
    await expect(fetcherFor([host])(at(host, '/6'), { maxBytes })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('more than 5 times'),
    })
  })

  it('that is circular is rejected', async () => {
    await using host = await startHost((_, response) => redirect(response, '/'))
    await expect(fetcherFor([host])(at(host, '/'), { maxBytes })).rejects.toThrow(/more than 5/)
    expect(host.connections()).toBe(6)
  })

  it.each([
    ['http://127.0.0.1:PORT/', unreachable],
    ['//127.0.0.1:PORT/', unreachable],
    ['http://0x7f.1:PORT/', unreachable],
    ['http://[::ffff:127.0.0.1]:PORT/', unreachable],
    ['http://inner.example.test:PORT/', unreachable],
    ['http://files.example.test:22/', /port/],
    ['http://files.example.test/', /port/],
    ['file:///etc/passwd', /http or https/],
    ['gopher://127.0.0.1:PORT/', /http or https/],
    ['data:text/plain,x', /http or https/],
    ['javascript:alert(1)', /http or https/],
    ['http://user:pass@files.example.test:PORT/', /user name/],
    ['http://[fe80::1%25eth0]:PORT/', /http or https/],
  ])('to %s is rejected', async (location, rule) => {
    await using twins = await startTwins(
      (_, response) => redirect(response, location.replace('PORT', `${twins.host.port}`)),
      (_, response) => response.end('inner'),
    )
    const { host, trap } = twins
    const fetchSource = fetcherFor([host], {
      resolve: (name) => Promise.resolve([name.startsWith('inner') ? inside : outside]),
    })
    await expect(fetchSource(at(host, '/'), { maxBytes })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(rule),
    })
    expect(trap.connections()).toBe(0)
    await expect.poll(host.open).toBe(0)
  })

  it('resolves its host again, even if it is the same', async () => {
    await using host = await startHost((_, response) => redirect(response, '/again'))
    let lookUps = 0
    const fetchSource = fetcherFor([host], {
      resolve: () => Promise.resolve([lookUps++ === 0 ? outside : inside]),
    })
    await expect(fetchSource(at(host, '/'), { maxBytes })).rejects.toThrow(unreachable)
    expect(host.connections()).toBe(1)
  })

  it('from https to http is rejected, from http to https is followed', async () => {
    await using secure = await startSecureHost((request, response) => {
      if (request.url === '/down') redirect(response, at(plain, '/'))
      else response.end('secure')
    })
    await using plain = await startHost((_, response) =>
      redirect(response, `https://files.example.test:${secure.port}/`),
    )
    const fetchSource = fetcherFor([secure, plain], { ca: certificate })
    const { body } = await fetchSource(at(plain, '/'), { maxBytes })
    expect(await text(body)).toBe('secure')
    await expect(
      fetchSource(`https://files.example.test:${secure.port}/down`, { maxBytes }),
    ).rejects.toThrow(/https to http/)
  })

  it('with an endless body is followed without reading the body', async () => {
    await using host = await startHost((request, response) => {
      if (request.url === '/end') {
        response.end('end')
        return
      }
      response.writeHead(302, { location: '/end' })
      response.write('x'.repeat(1000))
    })
    const { body } = await fetcherFor([host])(at(host, '/'), { maxBytes })
    expect(await text(body)).toBe('end')
    await expect.poll(host.open).toBe(0)
  })

  it.each([
    ['302 without a Location', (response: ServerResponse) => response.writeHead(302).end()],
    ['304', (response: ServerResponse) => response.writeHead(304).end()],
    ['300 with a Location', (response: ServerResponse) => redirect(response, '/', 300)],
    ['201 with a Location', (response: ServerResponse) => redirect(response, '/', 201)],
  ])('is not %s', async (_, answer) => {
    await using host = await startHost((_request, response) => {
      answer(response)
    })
    await expect(fetcherFor([host])(at(host, '/'), { maxBytes })).rejects.toThrow(/answers 200/)
    expect(host.connections()).toBe(1)
  })
})

describe('credentials', () => {
  const credentials = { authorization: 'Bearer secret', cookie: 'a=b' }

  it('stay within their origin and are not sent again after a redirect back', async () => {
    const seen: string[] = []
    const note = (who: string, { authorization, cookie }: IncomingHttpHeaders) =>
      seen.push(`${who} ${authorization ?? '-'} ${cookie ?? '-'}`)
    await using other = await startHost((request, response) => {
      note('other', request.headers)
      redirect(response, at(host, '/back'))
    })
    await using host = await startHost((request, response) => {
      note(request.url ?? '', request.headers)
      if (request.url === '/') redirect(response, '/same')
      else if (request.url === '/same') redirect(response, at(other, '/'))
      else response.end('done')
    })
    const { body } = await fetcherFor([host, other])(at(host, '/'), { maxBytes, credentials })
    expect(await text(body)).toBe('done')
    expect(seen).toEqual([
      '/ Bearer secret a=b',
      '/same Bearer secret a=b',
      'other - -',
      '/back - -',
    ])
  })

  it('set by a host as cookies are ignored', async () => {
    const cookies: (string | undefined)[] = []
    await using host = await startHost((request, response) => {
      cookies.push(request.headers.cookie)
      response.setHeader('Set-Cookie', 'session=1; Path=/')
      if (request.url === '/') redirect(response, '/next')
      else response.end()
    })
    const fetchSource = fetcherFor([host])
    for (const _ of [1, 2]) await text((await fetchSource(at(host, '/'), { maxBytes })).body)
    expect(cookies).toEqual([undefined, undefined, undefined, undefined])
  })
})

function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end('moved')
}

function at({ port }: { port: number }, path: string): string {
  return `http://files.example.test:${port}${path}`
}

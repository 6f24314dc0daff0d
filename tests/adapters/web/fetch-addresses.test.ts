import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openFetcher } from '../../../shared/adapters/web/fetch-source.ts'
import { dnsResolve, type Resolve } from '../../../shared/adapters/web/resolve.ts'
import {
  fetcherFor,
  inside,
  outside,
  startHost,
  startTwins,
} from '../../support/http/fetch-world.ts'
import { startNameServer } from '../../support/http/name-server.ts'

const maxBytes = 1000
const unreachable = {
  code: 'invalid-request',
  message:
    'source: could not be fetched; use a URL that a public web server answers, or upload the bytes',
}

/** Notations of internal hosts that other services accepted (PayloadsAllTheThings, PortSwigger, CVE-2024-29415 and others). */
const innerHosts = `
  127.0.0.1 127.1 127.0.1 0 0.0.0.0 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1
  00000177.0.0.1 0x7F.0x0.0x0.0x1 127.0.0.1. 127.1. 0x7f.0.0.01 127.000.000.001 127.127.127.127
  127.0.0.0 %31%32%37.0.0.1 ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1 [::1] [::]
  [0:0:0:0:0:0:0:1] [::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [0000::1]
  [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b:1::1] [2002:7f00:1::] [2001:0:7f00:1::]
  [fe80::1] [fc00::1] [fec0::1] [ff02::1] 169.254.169.254 2852039166 0xa9fea9fe
  0251.0376.0251.0376 [::ffff:a9fe:a9fe] 169.254.43518 0xa9.0xfe.0xa9.0xfe [fd00:ec2::254]
  [fd20:ce::254] 100.100.100.200 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 192.0.0.192
  168.63.129.16 100.64.0.1 198.18.0.1 224.0.0.1 255.255.255.255 012.1.2.3 0300.0250.0.1
`
  .trim()
  .split(/\s+/)

/** Invalid hosts, rejected before any look-up. */
const noHosts = `
  [fe80::1%25eth0] [fe80::1%eth0] [::1%1] 256.0.0.1 1⑵7.0.0.1 0x7f.0.0.0.1 08.0.0.1 4294967296 [::1
  a%20b a%00b 127.0.0.1%23.example.com
`
  .trim()
  .split(/\s+/)

describe('the host of a URL', () => {
  it.each(innerHosts)('%s is rejected without a look-up, with the same error', async (host) => {
    const lookedUp: string[] = []
    const fetchSource = openFetcher({ resolve: noteIn(lookedUp) })
    for (const scheme of ['http', 'https']) {
      await expect(fetchSource(`${scheme}://${host}/`, { maxBytes })).rejects.toMatchObject(
        unreachable,
      )
    }
    expect(lookedUp).toEqual([])
  })

  it.each(noHosts)('%j is rejected as an invalid URL', async (host) => {
    const lookedUp: string[] = []
    const fetchSource = openFetcher({ resolve: noteIn(lookedUp) })
    await expect(fetchSource(`http://${host}/`, { maxBytes })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^source: must be/),
    })
    expect(lookedUp).toEqual([])
  })

  it.each([
    ['http://public.example@127.0.0.1/', /user name/],
    ['http://127.0.0.1:80\\@public.example/', /could not be fetched/],
    ['http://public.example#@127.0.0.1/', /could not be fetched/],
    ['http:\\\\127.0.0.1\\', /could not be fetched/],
    ['http:127.0.0.1', /could not be fetched/],
    ['\thttp://127.0.0.1', /could not be fetched/],
    ['ht\ntp://127.0.0.1', /could not be fetched/],
    ['http://127.0.0.1:22/', /port 80 or 443/],
    ['http://127.0.0.1:0/', /port 80 or 443/],
    ['http://public.example:8080/', /port 80 or 443/],
    ['http://user@public.example/', /user name/],
    ['http://:secret@public.example/', /password/],
    ['file:///etc/passwd', /http or https/],
    ['gopher://127.0.0.1:6379/_INFO', /http or https/],
    ['ftp://public.example/', /http or https/],
    ['dict://127.0.0.1:11211/', /http or https/],
    ['jar:http://127.0.0.1!/', /http or https/],
    ['javascript:alert(1)', /http or https/],
    ['//public.example/', /http or https/],
    ['public.example', /http or https/],
  ])('%j is rejected', async (url, rule) => {
    const fetchSource = openFetcher({ resolve: () => Promise.resolve([]) })
    await expect(fetchSource(url, { maxBytes })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(rule),
      errors: [{ field: 'source', detail: expect.stringMatching(rule) }],
    })
  })
})

describe('a host name', () => {
  it('is resolved once for each type, and the file comes from the checked address', async () => {
    await using names = await startNameServer((_, before) => [before === 0 ? outside : inside])
    await using twins = await startTwins(
      (_, response) => response.end('from outside'),
      (_, response) => response.end('inner'),
    )
    const { host, trap } = twins
    const fetchSource = fetcherFor([host], { resolve: dnsResolve([names.address]) })
    const { body } = await fetchSource(`http://rebind.example.test:${host.port}/`, { maxBytes })
    expect(await text(body)).toBe('from outside')
    expect(names.questions.toSorted()).toEqual([
      'A rebind.example.test',
      'AAAA rebind.example.test',
    ])
    await expect(
      fetchSource(`http://rebind.example.test:${host.port}/`, { maxBytes }),
    ).rejects.toMatchObject(unreachable)
    expect(trap.connections()).toBe(0)
  })

  it.each([
    ['a private one among several', [outside, '10.0.0.1']],
    ['a private IPv6 one beside a public IPv4 one', [outside, 'fd00::1']],
    ['a mapped one', [outside, '::ffff:127.0.0.1']],
    ['no address', []],
  ])('with %s is rejected without a connection, with the same error', async (_, addresses) => {
    await using names = await startNameServer(() => addresses)
    await using host = await startHost((_, response) => response.end())
    const fetchSource = fetcherFor([host], { resolve: dnsResolve([names.address]) })
    await expect(
      fetchSource(`http://mixed.example.test:${host.port}/`, { maxBytes }),
    ).rejects.toMatchObject(unreachable)
    expect(host.connections()).toBe(0)
  })

  it('with one dead address is fetched from another address', async () => {
    await using names = await startNameServer(() => ['127.0.0.3', outside])
    await using host = await startHost((_, response) => response.end('alive'))
    const fetchSource = fetcherFor([host], {
      resolve: dnsResolve([names.address]),
      isAllowed: (address) => ['127.0.0.3', outside].includes(address),
    })
    const { body } = await fetchSource(`http://many.example.test:${host.port}/`, { maxBytes })
    expect(await text(body)).toBe('alive')
  })

  it('with a silent name server or a silent host is rejected after the timeout, with the same error', async () => {
    await using names = await startNameServer((name) =>
      name === 'silent.example.test' ? undefined : [outside],
    )
    await using host = await startHost(() => undefined)
    const fetchSource = fetcherFor([host], {
      resolve: dnsResolve([names.address]),
      answerSeconds: 0.2,
    })
    for (const name of ['silent.example.test', 'mute.example.test']) {
      await expect(fetchSource(`http://${name}:${host.port}/`, { maxBytes })).rejects.toMatchObject(
        unreachable,
      )
    }
    await expect.poll(host.open).toBe(0)
  })

  it('is resolved without search domains and hosts file', async () => {
    await using names = await startNameServer(() => [])
    const resolve = dnsResolve([names.address])
    await expect(openFetcher({ resolve })('http://intranet/', { maxBytes })).rejects.toMatchObject(
      unreachable,
    )
    expect(names.questions.toSorted()).toEqual(['A intranet', 'AAAA intranet'])
    for (const name of ['localhost', 'localhost.', 'a.localhost', 'LOCALHOST', 'ⓛocalhost']) {
      await expect(openFetcher({ resolve })(`http://${name}/`, { maxBytes })).rejects.toMatchObject(
        unreachable,
      )
    }
  })

  it("is no longer resolved after an abort, which rejects with the signal's reason", async () => {
    const asked = Promise.withResolvers<void>()
    await using names = await startNameServer(() => {
      if (names.questions.length === 1) asked.resolve()
      return undefined
    })
    const caller = new AbortController()
    const fetching = openFetcher({ resolve: dnsResolve([names.address]) })('http://a.test/', {
      maxBytes,
      signal: caller.signal,
    })
    await asked.promise
    caller.abort(new Error('enough'))
    await expect(fetching).rejects.toThrow('enough')
    expect(names.questions.toSorted()).toEqual(['A a.test', 'AAAA a.test'])
  })
})

function noteIn(names: string[]): Resolve {
  return (hostname) => {
    names.push(hostname)
    return Promise.resolve([])
  }
}

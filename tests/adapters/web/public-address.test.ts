import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../../shared/adapters/web/address.ts'

/** https://www.iana.org/assignments/iana-ipv4-special-registry, every row (2025-10), and multicast. */
const registry4 = `
  0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
  192.0.0.0/24 192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32
  192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32
  192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4
  255.255.255.255/32 224.0.0.0/4
`
  .trim()
  .split(/\s+/)

/** https://www.iana.org/assignments/iana-ipv6-special-registry, every row but those that hold an IPv4 address. */
const registry6 = `
  ::1/128 ::/128 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128
  2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28
  2001:30::/28 2001:db8::/32 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10
  ff00::/8 3ffe::/16 ::/96 ::ffff:0:0:0/96 4000::/3 200::/7
`
  .trim()
  .split(/\s+/)

/** Addresses of well-known public services. */
const public4 = ['8.8.8.8', '1.1.1.1', '93.184.216.34', '151.101.1.69', '140.82.121.4']
const public6 = [
  '2606:4700::6810:84e5',
  '2a00:1450:4001:81b::200e',
  '2620:fe::fe',
  '2001:4860:4860::8888',
]

const metadata = `
  169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254
  199.36.153.4 199.36.153.11
  fd20:ce::254
`
  .trim()
  .split(/\s+/)

/** Forms of an IPv6 address with an embedded IPv4 address. */
const embeddings: Record<string, (hex: string) => string> = {
  'IPv4-mapped': (hex) => `::ffff:${hex}`,
  'IPv4-compatible': (hex) => `::${hex}`,
  'IPv4-translated (SIIT)': (hex) => `::ffff:0:${hex}`,
  NAT64: (hex) => `64:ff9b::${hex}`,
  'local-use NAT64': (hex) => `64:ff9b:1::${hex}`,
  '6to4': (hex) => `2002:${hex}::1`,
  'Teredo server': (hex) => `2001:0:${hex}:0:ffff:f7f7:f7f7`,
  'Teredo client': (hex) => `2001:0:808:808:0:ffff:${inverted(hex)}`,
  ISATAP: (hex) => `2a00:1450:4001:81b:0:5efe:${hex}`,
  'ISATAP, universal': (hex) => `2a00:1450:4001:81b:200:5efe:${hex}`,
  'ISATAP in 6to4': (hex) => `2002:808:808:1:0:5efe:${hex}`,
}

/** Forms in which an embedded public IPv4 address is reachable. */
const transparent = new Set(
  Object.keys(embeddings).filter((form) => /mapped|^NAT64|^6to4|ISATAP/.test(form)),
)

/** Non-canonical addresses, which resolvers and parsed URLs never contain. */
const malformed = `
  localhost 127.1 0x7f.1 0177.0.0.1 8.8.8 134744072 8.8.8.8. 08.8.8.8 8.8.8.8/32 8.8.8.8:80 ８.8.8.8
  2606:4700::6810:84e5%eth0 fe80::1%1 [2606:4700::1] 2606:4700::6810:84e5::
`
  .trim()
  .split(/\s+/)

describe('isPublicAddress', () => {
  it.each([...public4, ...public6])('returns true for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each(registry4)('returns false for %s in any form', (range) => {
    fc.assert(
      fc.property(addressIn(range), (address) => {
        expect(isPublicAddress(address)).toBe(false)
        expect(formsOf(address).filter(isPublicAddress)).toEqual([])
      }),
    )
  })

  it.each(registry6)('returns false for %s', (range) => {
    fc.assert(
      fc.property(addressIn(range), (address) => {
        expect(isPublicAddress(address)).toBe(false)
      }),
    )
  })

  it.each(metadata)('returns false for the metadata address of a cloud: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(Object.keys(embeddings))(
    'returns true for a public IPv4 address as %s only if it is reachable',
    (form) => {
      const written = public4.map((address) => embeddings[form]?.(hexOf(address)) ?? '')
      expect(written.filter(isPublicAddress)).toEqual(transparent.has(form) ? written : [])
    },
  )

  it.each([...malformed, '', ' 8.8.8.8', '8.8.8.8\0'])(
    'returns false for malformed text: %j',
    (text) => {
      expect(isPublicAddress(text)).toBe(false)
    },
  )

  it('returns true only for unicast addresses of ipaddr.js, after unwrapping', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        fc.pre(isPublicAddress(text))
        expect(ipaddr.process(text).range()).toMatch(/^(unicast|6to4|rfc6052)$/)
      }),
    )
  })

  it.each(registry4)('returns false for %s in any notation of a URL', (range) => {
    fc.assert(
      fc.property(addressIn(range), (address) => {
        const hosts = writtenForms(address).map((form) => URL.parse(`http://${form}/`)?.hostname)
        expect(new Set(hosts)).toEqual(new Set([address]))
        expect(isPublicAddress(address)).toBe(false)
      }),
    )
  })
})

function formsOf(address: string): string[] {
  return Object.values(embeddings).map((embed) => embed(hexOf(address)))
}

/** Formats an address like `inet_aton` reads it: one to four numbers, each decimal, octal or hexadecimal. */
function writtenForms(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(address).toByteArray()
  const bases = [
    (part: number) => `${part}`,
    (part: number) => `0${part.toString(8)}`,
    (part: number) => `0x${part.toString(16)}`,
    (part: number) => `0X0000${part.toString(16).toUpperCase()}`,
  ]
  const parts = [
    [a, b, c, d],
    [a, b, c * 256 + d],
    [a, (b * 256 + c) * 256 + d],
  ]
  const whole = [((a * 256 + b) * 256 + c) * 256 + d]
  const forms = bases.flatMap((write) =>
    [...parts, whole].map((numbers) => numbers.map((part) => write(part)).join('.')),
  )
  const wide = address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
  return [...forms, wide, wide.replaceAll('.', '。'), address.replaceAll('.', '｡'), `${address}.`]
}

function hexOf(address: string): string {
  const bytes = Buffer.from(ipaddr.IPv4.parse(address).toByteArray())
  return `${bytes.toString('hex', 0, 2)}:${bytes.toString('hex', 2)}`
}

function inverted(hex: string): string {
  return hex.replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
}

/** Generates the first address, the last address and others of a range. */
function addressIn(cidr: string): fc.Arbitrary<string> {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  const start = base.toByteArray()
  return fc
    .oneof(
      fc.constant(start.map(() => 0)),
      fc.constant(start.map(() => 255)),
      fc.array(fc.nat(255), { minLength: start.length, maxLength: start.length }),
    )
    .map((host) => {
      const bytes = start.map((byte, index) => {
        const mask = 0xff >> Math.min(8, Math.max(0, bits - index * 8))
        return byte | ((host[index] ?? 0) & mask)
      })
      return ipaddr.fromByteArray(bytes).toString()
    })
}

import { isIP } from 'node:net'
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js'
import { globalUnicast6, specialRanges4, specialRanges6 } from './special-ranges.ts'

const blocked4 = specialRanges4.map((range) => ipaddr.IPv4.parseCIDR(range))
const blocked6 = specialRanges6.map((range) => ipaddr.IPv6.parseCIDR(range))
const unicast6 = ipaddr.IPv6.parseCIDR(globalUnicast6)
const mapped = ipaddr.IPv6.parseCIDR('::ffff:0:0/96')
/** NAT64 under the well-known prefix (RFC 6052 §2.1). The local-use one, 64:ff9b:1::/48, is never global. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')
const sixToFour = ipaddr.IPv6.parseCIDR('2002::/16')
/** The interface identifiers of ISATAP, with and without the "universal" bit (RFC 5214 §6.1). */
const isatapIdentifiers = new Set(['00005efe', '02005efe'])

/**
 * Returns true for a global unicast address. Checks the IPv4 address inside an IPv6 address (mapped, NAT64, 6to4, ISATAP). Expects
 * canonical text, as from a resolver or a parsed URL. Other text, such as an address with a zone id, `127.1` or `010.0.0.1`, is not
 * public.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false
  const address = ipaddr.parse(text)
  return address instanceof ipaddr.IPv4 ? isPublic4(address) : isPublic6(address)
}

function isPublic4(address: IPv4): boolean {
  return !blocked4.some((range) => address.match(range))
}

function isPublic6(address: IPv6): boolean {
  const bytes = address.toByteArray()
  if (address.match(mapped) || address.match(nat64)) return isPublic4(embedded(bytes, 12))
  if (address.match(sixToFour)) return isPublic4(embedded(bytes, 2)) && hasPublicInterface(bytes)
  if (!address.match(unicast6) || blocked6.some((range) => address.match(range))) return false
  return hasPublicInterface(bytes)
}

/** Checks the IPv4 address at the end of an ISATAP address, which can have any prefix. */
function hasPublicInterface(bytes: number[]): boolean {
  const identifier = Buffer.from(bytes.slice(8, 12)).toString('hex')
  return !isatapIdentifiers.has(identifier) || isPublic4(embedded(bytes, 12))
}

function embedded(bytes: number[], at: number): IPv4 {
  return new ipaddr.IPv4(bytes.slice(at, at + 4))
}

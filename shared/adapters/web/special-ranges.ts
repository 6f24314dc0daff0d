/**
 * Address blocks without public file servers. Contains all rows of the IANA special-purpose registries, including globally reachable
 * ones, because anycast services (AS112, AMT, PCP, TURN) serve no files. Omits blocks inside another row's block.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const specialRanges4 = [
  '0.0.0.0/8', // "this network"
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // shared address space (carrier NAT; also where clouds put metadata)
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link local (cloud metadata)
  '172.16.0.0/12', // private use
  '192.0.0.0/24', // IETF protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112-v4
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 and 6a44 relay anycast
  '192.168.0.0/16', // private use
  '192.175.48.0/24', // AS112 direct delegation
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '199.36.153.4/30', // Google: restricted.googleapis.com (Private Google Access)
  '199.36.153.8/30', // Google: private.googleapis.com (Private Google Access)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved, and limited broadcast
  '168.63.129.16/32', // in public space, but the host of every Azure machine
]

/** Blocks inside `globalUnicast6` that are not public. Other IPv6 space is never public. */
export const specialRanges6 = [
  '2001::/23', // IETF protocol assignments: Teredo, benchmarking, AMT, AS112, ORCHID, DRIP
  '2001:db8::/32', // documentation
  '2620:4f:8000::/48', // AS112 direct delegation
  '3ffe::/16', // 6bone, returned (RFC 3701)
  '3fff::/20', // documentation
]

/** Global unicast space (RFC 4291 §2.4). Everything else is special, unassigned or multicast. */
export const globalUnicast6 = '2000::/3'

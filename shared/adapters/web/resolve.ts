import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { unreachable } from './fetch-refusals.ts'

/** Resolves to all IPv4 and IPv6 addresses of a host name. Rejects or resolves to an empty list for an unknown name. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<string[]>

const queryMilliseconds = 2_000
const queryTries = 3

/**
 * Queries the name servers of the machine, or the given ones (`address:port`). Ignores the hosts file and search domains, so that a
 * short name cannot resolve to an internal host. Supports cancellation.
 */
export function dnsResolve(servers?: readonly string[]): Resolve {
  return async (hostname, signal) => {
    signal.throwIfAborted()
    const resolver = new Resolver({ timeout: queryMilliseconds, tries: queryTries })
    if (servers) resolver.setServers(servers)
    const cancel = () => resolver.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    const answers = await Promise.allSettled([
      resolver.resolve4(hostname),
      resolver.resolve6(hostname),
    ])
    signal.removeEventListener('abort', cancel)
    signal.throwIfAborted()
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  }
}

/**
 * Resolves to the addresses to which the fetcher may connect. Rejects a host if any of its addresses is not allowed, because a
 * name with public and private addresses indicates DNS rebinding.
 */
export async function checkedAddresses(
  url: URL,
  { resolve, isAllowed }: { resolve: Resolve; isAllowed: (address: string) => boolean },
  signal: AbortSignal,
): Promise<string[]> {
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host]
  if (addresses.length === 0 || !addresses.every(isAllowed)) throw unreachable()
  return addresses
}

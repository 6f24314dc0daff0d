import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { unreachable } from './fetch-refusals.ts'

/** Every address of a host name, IPv4 and IPv6, as text; rejects, or resolves to none, for a name that has none. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<string[]>

const queryMilliseconds = 2_000
const queryTries = 3

/**
 * Asks the name servers of the machine, or the given ones (`address:port`). Neither the hosts file nor a search domain
 * has a say, so that no short name turns into a neighbour's; and a query can be cancelled.
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
 * The addresses to connect to, looked up once. One that is not allowed refuses the whole host: a name that leads both out
 * and in is up to no good, or about to be.
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

import { BlockList, isIP } from 'node:net'
import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'

/** Where a proxy in front asks from: this machine, or what Cloud Run's own has for an address. */
const proxies = new BlockList()
proxies.addSubnet('127.0.0.0', 8)
proxies.addSubnet('169.254.0.0', 16)
proxies.addAddress('::1', 'ipv6')

/**
 * The address of the caller: behind a proxy the one that it added last to `X-Forwarded-For`, for what stands before that
 * is the caller's own to write. For the log; nothing is allowed by it.
 */
export function remoteIp(c: Context<AppEnv>): string | undefined {
  const socket: { remoteAddress?: string | undefined } | undefined = c.env?.incoming?.socket
  const peer = socket?.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, '')
  if (peer === undefined || !proxies.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4')) return peer
  const forwarded = c.req.header('X-Forwarded-For')?.split(',').at(-1)?.trim()
  return forwarded !== undefined && isIP(forwarded) > 0 ? forwarded : peer
}

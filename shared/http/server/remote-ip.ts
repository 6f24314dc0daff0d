import { BlockList, isIP } from 'node:net'
import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'

/** The addresses of proxies in front: this machine, and the link-local addresses of Cloud Run's proxy. */
const proxies = new BlockList()
proxies.addSubnet('127.0.0.0', 8)
proxies.addSubnet('169.254.0.0', 16)
proxies.addAddress('::1', 'ipv6')

/**
 * The address of the caller, for the log only. Behind a proxy it is the last entry of `X-Forwarded-For`, which the proxy added;
 * callers can forge the earlier entries.
 */
export function remoteIp(c: Context<AppEnv>): string | undefined {
  const socket: { remoteAddress?: string | undefined } | undefined = c.env?.incoming?.socket
  const peer = socket?.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, '')
  if (peer === undefined || !proxies.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4')) return peer
  const forwarded = c.req.header('X-Forwarded-For')?.split(',').at(-1)?.trim()
  return forwarded !== undefined && isIP(forwarded) > 0 ? forwarded : peer
}

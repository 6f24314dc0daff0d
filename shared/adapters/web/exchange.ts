import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

const maxHeaderBytes = 16 * 1024

export interface Exchange {
  url: URL
  /** The addresses to connect to. The name in the URL is sent (`Host`, SNI) and verified (certificate), but never resolved. */
  addresses: readonly string[]
  headers: Record<string, string>
  signal: AbortSignal
  /** PEM certificates to trust instead of the default ones. */
  ca?: string | undefined
}

/**
 * Sends a GET on a new connection and resolves to the response's head. The caller must read or destroy the body. `agent: false`
 * disables connection reuse and proxies from the environment.
 */
export function get({ url, addresses, headers, signal, ca }: Exchange): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = {
    agent: false as const,
    headers: {
      'User-Agent': 'Coffer',
      Accept: '*/*',
      'Accept-Encoding': 'identity',
      ...headers,
    },
    lookup: lookupAmong(addresses),
    maxHeaderSize: maxHeaderBytes,
    signal,
  }
  const outgoing =
    url.protocol === 'https:'
      ? requestHttps(url, { ...options, ...verifiedName(url), ca, rejectUnauthorized: true })
      : requestHttp(url, options)
  // Stays registered, because errors after the head are also emitted here. The body reports them.
  outgoing.on('error', reject)
  outgoing.on('response', resolve)
  // Node leaves an upgraded connection open, although the request did not ask for an upgrade.
  outgoing.on('upgrade', (_response, socket) => {
    socket.destroy()
    reject(new Error('The host sent an unrequested upgrade'))
  })
  outgoing.end()
  return promise
}

/** Returns the name for SNI, without a final dot (RFC 6066 §3). For an address, Node verifies the certificate by the address. */
function verifiedName({ hostname }: URL): { servername?: string } {
  const isName = isIP(hostname) === 0 && !hostname.startsWith('[')
  return isName ? { servername: hostname.replace(/\.$/, '') } : {}
}

function lookupAmong(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_hostname, { all }, callback) => {
    if (all === true) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  }
}

import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

const maxHeaderBytes = 16 * 1024

export interface Exchange {
  url: URL
  /** Where to connect; the name in the URL is only said (`Host`, SNI) and verified (certificate), never looked up. */
  addresses: readonly string[]
  headers: Record<string, string>
  signal: AbortSignal
  /** PEM certificates to trust in place of the usual ones. */
  ca?: string | undefined
}

/**
 * Sends a GET on a connection of its own and resolves to the answer's head; the body is the caller's to read or destroy.
 * `agent: false` keeps no connection and no cookies and knows no proxy, whatever the environment says.
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
  // Stays for good: what goes wrong behind the head is the body's error too.
  outgoing.on('error', reject)
  outgoing.on('response', resolve)
  // Nobody asked for another protocol; Node leaves such a connection open.
  outgoing.on('upgrade', (_answer, socket) => {
    socket.destroy()
    reject(new Error('The host switched protocols unasked'))
  })
  outgoing.end()
  return promise
}

/** SNI has no final dot (RFC 6066 §3) and no address; against an address the certificate is verified by that. */
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

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { refusedSource } from '../../media/source-refusals.ts'
import { isPublicAddress } from './address.ts'
import { get } from './exchange.ts'
import { noFile, tooSlow, unreachable } from './fetch-refusals.ts'
import { receiveBody } from './receive-body.ts'
import { checkedAddresses, dnsResolve, type Resolve } from './resolve.ts'
import { headerText, suggestedName } from './suggested-name.ts'
import { parseTarget } from './target.ts'

/** Allowed destinations and timeouts of the fetcher. The defaults allow the public web. */
export interface FetchPolicy {
  /** 80 and 443 by default. */
  allowedPorts: readonly number[]
  /** Returns true for addresses to which the fetcher may connect. Default: `isPublicAddress`. */
  isAllowed: (address: string) => boolean
  resolve: Resolve
  /** PEM certificates to trust instead of the default ones. */
  ca?: string
  /** Limit from the DNS look-up to the end of the response's head, for each redirect. */
  answerSeconds: number
  /** Limit for a pause of the body. */
  idleSeconds: number
  /** Limit from the call to the body's last byte. */
  totalSeconds: number
}

interface FetchOptions {
  /** Limit of the decoded file. */
  maxBytes: number
  signal?: AbortSignal | undefined
  /** Header values for the URL's origin. A redirect to another origin drops them for all later requests. */
  credentials?: { authorization?: string; cookie?: string }
}

interface FetchedSource {
  /** The decoded file. The caller must read it to its end or destroy it. */
  body: Readable
  /** The `Content-Type`, which may be malformed. */
  declaredType?: string
  /** A name that `parseName` accepts. */
  name?: string
  /** The exact size, if the response states it and has no coding. A body with another size fails. */
  sizeBytes?: number
  /** The URL after redirects, without fragment. */
  finalUrl: string
}

/** Fetches a file of the public web; see `openFetcher`. */
export type FetchSource = (url: string, options: FetchOptions) => Promise<FetchedSource>

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

const publicWeb: FetchPolicy = {
  allowedPorts: [80, 443],
  isAllowed: isPublicAddress,
  resolve: dnsResolve(),
  answerSeconds: 20,
  idleSeconds: 30,
  totalSeconds: 600,
}

/**
 * Creates a fetcher for untrusted URLs.
 * - Accepts http and https on allowed ports, without user name and password. Follows at most 5 redirects, with the same checks, but
 *   none from https to http.
 * - Resolves a host once and rejects it if any of its addresses is not public. Connects to a checked address only.
 * - Uses no cookies, no proxies and a new connection for each request.
 * - Bounds the body in size and time and fails if it is incomplete; see `receiveBody`.
 * Throws `invalid-request` (the same for every unreachable host), `too-large`, or the signal's reason.
 */
export function openFetcher(policy: Partial<FetchPolicy> = {}): FetchSource {
  const rules: FetchPolicy = { ...publicWeb, ...policy }
  return async (text, options) => {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
    const deadline = setTimeout(() => stop.abort(tooSlow()), rules.totalSeconds * 1000)
    try {
      const target = parseTarget(text, rules.allowedPorts)
      const { response, url } = await follow(target, options.credentials, { rules, stop, signal })
      const limits = { maxBytes: options.maxBytes, idleSeconds: rules.idleSeconds }
      const body = receiveBody(response, limits, stop, signal)
      body.once('close', () => clearTimeout(deadline))
      return { body, finalUrl: url.href, ...describe(response, url) }
    } catch (error) {
      clearTimeout(deadline)
      const reason: unknown = signal.aborted ? signal.reason : error
      stop.abort()
      throw reason
    }
  }
}

interface FetchContext {
  rules: FetchPolicy
  stop: AbortController
  signal: AbortSignal
}

async function follow(
  target: URL,
  credentials: FetchOptions['credentials'],
  { rules, stop, signal }: FetchContext,
): Promise<{ response: IncomingMessage; url: URL }> {
  let url = target
  let headers: Record<string, string> = { ...credentials }
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await answerOf(url, headers, { rules, stop, signal })
    if (response.statusCode === 200) return { response, url }
    response.destroy()
    const { location } = response.headers
    if (location === undefined || !redirects.has(response.statusCode ?? 0)) throw noFile()
    const next = parseTarget(headerText(location), rules.allowedPorts, url)
    if (next.origin !== url.origin) headers = {}
    url = next
  }
  throw refusedSource(`redirects more than ${maxRedirects} times; use the final URL`)
}

async function answerOf(
  url: URL,
  headers: Record<string, string>,
  { rules, stop, signal }: FetchContext,
): Promise<IncomingMessage> {
  const deadline = setTimeout(() => stop.abort(unreachable()), rules.answerSeconds * 1000)
  try {
    const addresses = await checkedAddresses(url, rules, signal)
    return await get({ url, addresses, headers, signal, ca: rules.ca })
  } catch (error) {
    throw error instanceof WorkspaceError ? error : unreachable(error)
  } finally {
    clearTimeout(deadline)
  }
}

function describe(response: IncomingMessage, url: URL) {
  const declaredType = response.headers['content-type']
  const name = suggestedName(response.headers['content-disposition'], url)
  const sizeBytes = plainLength(response.headers)
  return {
    ...(declaredType === undefined ? {} : { declaredType }),
    ...(name === undefined ? {} : { name }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  }
}

/** Returns the length of a body without content coding. With a transfer coding, Node removes the length (RFC 9112 §6.3). */
function plainLength(headers: IncomingMessage['headers']): number | undefined {
  const { 'content-length': length, 'content-encoding': coding = 'identity' } = headers
  return length !== undefined && coding === 'identity' ? Number(length) : undefined
}

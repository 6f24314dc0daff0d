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

/** Whom the fetcher talks to, and for how long. The defaults are the public web. */
export interface FetchPolicy {
  /** 80 and 443 by default. */
  allowedPorts: readonly number[]
  /** Whether an address may be connected to; `isPublicAddress` by default. */
  isAllowed: (address: string) => boolean
  resolve: Resolve
  /** PEM certificates to trust in place of the usual ones. */
  ca?: string
  /** From the look-up of a host to the end of its answer's head, for each redirect anew. */
  answerSeconds: number
  /** How long a body may stand still. */
  idleSeconds: number
  /** From the call to the body's last byte. */
  totalSeconds: number
}

export interface FetchOptions {
  /** The most bytes of the file, decoded. */
  maxBytes: number
  signal?: AbortSignal | undefined
  /** Header values for the URL's own origin; a redirect that leaves it leaves them behind for good. */
  credentials?: { authorization?: string; cookie?: string }
}

export interface FetchedSource {
  /** The file. It is the caller's to read to its end or to destroy. */
  body: Readable
  /** The `Content-Type`, however malformed. */
  declaredType?: string
  /** A name that keeps the rules of `parseName`. */
  name?: string
  /** Exact, where the answer says it of bytes that come as they are; a body that has not so many fails. */
  sizeBytes?: number
  /** Where the redirects ended, without fragment. */
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
 * A fetcher for URLs that strangers chose.
 * - http and https, on allowed ports, without user name and password; at most 5 redirects, each checked like the first, none
 *   from https to http.
 * - A host is looked up once and refused if any address of it is not public; the connection goes to a checked address.
 * - Neither cookies nor proxies, nor a connection that outlives the call.
 * - The body is whole, at most `maxBytes` long and of bounded time; see `receiveBody`.
 * Refusals are `invalid-request`, in one wording for whatever cannot be reached, and `too-large`; an abort throws its reason.
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

interface Course {
  rules: FetchPolicy
  stop: AbortController
  signal: AbortSignal
}

async function follow(
  target: URL,
  credentials: FetchOptions['credentials'],
  { rules, stop, signal }: Course,
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
  throw refusedSource(`redirects more than ${maxRedirects} times; use the URL that it leads to`)
}

async function answerOf(
  url: URL,
  headers: Record<string, string>,
  { rules, stop, signal }: Course,
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

/** A coding makes another number of bytes of them; where a transfer coding is used, Node has no length by (RFC 9112 §6.3). */
function plainLength(headers: IncomingMessage['headers']): number | undefined {
  const { 'content-length': length, 'content-encoding': coding = 'identity' } = headers
  return length !== undefined && coding === 'identity' ? Number(length) : undefined
}

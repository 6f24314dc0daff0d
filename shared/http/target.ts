import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import { invalid } from '../model/errors.ts'
import type { AppEnv } from './app-env.ts'

export const basePath = '/api/workspace'

const ownPath = /^\/(?:api\/workspace|healthz)(?:[/?]|$)/
const dotSegment = /^(\.|%2e){1,2}$/i
const hiddenCharacter = /%2f|%5c|%00|[\\#]/i

/** The request target as it was sent: URL parsing would resolve dot segments and so hide them (RFC 9112 §3.2). */
export function rawTarget(c: Context<AppEnv>): { path: string; query: string } {
  const incoming = c.env?.incoming
  const sent = incoming?.originalUrl ?? incoming?.url ?? c.req.url
  const target = sent.replace(/^https?:\/\/[^/?]*/i, '')
  const end = target.indexOf('?')
  if (end === -1) return { path: target || '/', query: '' }
  return { path: target.slice(0, end) || '/', query: target.slice(end + 1) }
}

/**
 * A URL of the service as its callers reach it: below `PUBLIC_URL`, or else at the host that they named. A URL that has an
 * origin already stays as it is.
 */
export function absoluteUrl(c: Context<AppEnv>, url: string): string {
  return hasOrigin(url) ? url : (c.get('publicUrl') ?? new URL(c.req.url).origin) + url
}

/** The same for `Location`, without naming a host: whatever proxies make of it, callers resolve it at the one they asked. */
export function locationUrl(c: Context<AppEnv>, url: string): string {
  return hasOrigin(url) ? url : publicPath(c.get('publicUrl')) + url
}

/** The path of `PUBLIC_URL`, without a slash at its end; nothing for an origin. */
export function publicPath(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
}

/**
 * A request target without the path of `PUBLIC_URL`, where a proxy keeps that path. Strips it only from what is then a path of
 * the service, for it may begin like one itself.
 */
export function withoutPublicPath(target: string, path: string): string {
  const origin = /^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? ''
  const rest = target.slice(origin.length)
  if (path === '' || !rest.startsWith(path)) return target
  const own = rest.slice(path.length)
  if (own === '' || own === '/') return `${origin}/`
  return ownPath.test(own) ? origin + own : target
}

function hasOrigin(url: string): boolean {
  return /^https?:/i.test(url)
}

/** Refuses a path that could mean two things: to be called before routing. */
export function assertPlainPath(path: string): void {
  if (path.split('/').some((segment) => dotSegment.test(segment))) {
    throw invalid('path', 'must not have a "." or ".." segment, percent-encoded or not')
  }
  if (hiddenCharacter.test(path)) {
    throw invalid('path', 'must not contain "\\", "#" or an encoded "/", "\\" or NUL')
  }
  if (decodePercent(path) === undefined) {
    throw invalid('path', 'must be percent-encoded UTF-8 (RFC 3986 §2.1)')
  }
}

/**
 * The virtual path that a `/api/workspace/content/…` target names: absolute, each segment decoded exactly once, not
 * yet parsed. The path is plain (`assertPlainPath`), so its decoded segments hold no slash.
 */
export function contentPath(c: Context<AppEnv>): string {
  const segments = rawTarget(c).path.split('/').slice(`${basePath}/content`.split('/').length)
  return `/${decodePercent(segments.join('/')) ?? ''}`
}

/** Decodes `%hh` once; undefined for a stray `%` and for bytes that are not UTF-8 (RFC 3986 §2.1). */
export function decodePercent(text: string): string | undefined {
  const bytes = Buffer.allocUnsafe(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const isEscape = text[at] === '%'
    const byte = isEscape ? escapedByte(text, at) : text.charCodeAt(at)
    if (byte === undefined || byte > 0xff) return undefined
    if (isEscape) at += 2
    bytes[length] = byte
    length += 1
  }
  const decoded = bytes.subarray(0, length)
  return isUtf8(decoded) ? decoded.toString() : undefined
}

function escapedByte(text: string, at: number): number | undefined {
  const [high, low] = [hexDigit(text.charCodeAt(at + 1)), hexDigit(text.charCodeAt(at + 2))]
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

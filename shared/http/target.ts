import type { Context } from 'hono'
import { invalid } from '../model/errors.ts'
import type { AppEnv } from './app-env.ts'
import { decodePercent } from './protocol/percent-encoding.ts'

export const basePath = '/api/workspace'

const servicePath =
  /^\/(?:api\/workspace|healthz|docs|openapi\.json|\.well-known\/oauth-protected-resource)(?:[/?]|$)/
const dotSegment = /^(\.|%2e){1,2}$/i
const ambiguousCharacter = /%2f|%5c|%00|[\\#]/i

/** The request target as sent. URL parsing would resolve dot segments and hide them (RFC 9112 §3.2). */
export function rawTarget(c: Context<AppEnv>): { path: string; query: string } {
  const incoming = c.env?.incoming
  const sent = incoming?.originalUrl ?? incoming?.url ?? c.req.url
  const target = sent.replace(/^https?:\/\/[^/?]*/i, '')
  const end = target.indexOf('?')
  if (end === -1) return { path: target || '/', query: '' }
  return { path: target.slice(0, end) || '/', query: target.slice(end + 1) }
}

/**
 * The absolute form of a URL path of the service: below `PUBLIC_URL`, or at the host of the request. Returns a URL with an
 * origin unchanged.
 */
export function absoluteUrl(c: Context<AppEnv>, url: string): string {
  return hasOrigin(url) ? url : (c.get('publicUrl') ?? new URL(c.req.url).origin) + url
}

/**
 * The form of a URL path for `Location`, without a host: callers resolve it against the host of their request, behind any proxy.
 */
export function locationUrl(c: Context<AppEnv>, url: string): string {
  return hasOrigin(url) ? url : publicPath(c.get('publicUrl')) + url
}

/** The path of `PUBLIC_URL` without a trailing slash; empty for a URL without a path. */
export function publicPath(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
}

/**
 * Removes the path of `PUBLIC_URL` from a request target, for proxies that forward that path. Removes it only if a path of the
 * service remains, because the path of `PUBLIC_URL` may itself begin with `/api/workspace`.
 */
export function withoutPublicPath(target: string, path: string): string {
  const origin = /^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? ''
  const rest = target.slice(origin.length)
  if (path === '' || !rest.startsWith(path)) return target
  const inner = rest.slice(path.length)
  if (inner === '' || inner === '/') return `${origin}/`
  return servicePath.test(inner) ? origin + inner : target
}

function hasOrigin(url: string): boolean {
  return /^https?:/i.test(url)
}

/** Throws `invalid-request` for an ambiguous path. Call before routing. */
export function assertPlainPath(path: string): void {
  if (path.split('/').some((segment) => dotSegment.test(segment))) {
    throw invalid('path', 'must not have a "." or ".." segment, percent-encoded or not')
  }
  if (ambiguousCharacter.test(path)) {
    throw invalid('path', 'must not contain "\\", "#" or an encoded "/", "\\" or NUL')
  }
  if (decodePercent(path) === undefined) {
    throw invalid('path', 'must be percent-encoded UTF-8 (RFC 3986 §2.1)')
  }
}

/**
 * The path of the file in a target such as `/api/workspace/content/…`, after the route's name: absolute, each segment decoded exactly once, not yet parsed.
 * `assertPlainPath` has passed, so the decoded segments contain no slash.
 */
export function pathAfter(
  c: Context<AppEnv>,
  route: 'content' | 'paths' | 's/{token}/files',
): string {
  const segments = rawTarget(c).path.split('/').slice(`${basePath}/${route}`.split('/').length)
  return `/${decodePercent(segments.join('/')) ?? ''}`
}

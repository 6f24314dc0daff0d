import { refusedSource } from '../../media/source-refusals.ts'

/**
 * Parses and checks a URL to fetch. WHATWG parsing makes the host canonical (numbers, full-width digits, IDNA dots). Throws
 * `invalid-request` for another scheme, a port outside the list, a user name or password, or a redirect from https to http.
 */
export function parseTarget(text: string, allowedPorts: readonly number[], base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw refusedSource('must be, and may only redirect to, an http or https URL')
  }
  if (url.username !== '' || url.password !== '') {
    throw refusedSource('must not contain a user name or password; use a URL that needs none')
  }
  if (!allowedPorts.includes(portOf(url))) {
    throw refusedSource(`must use, and may only redirect to, port ${allowedPorts.join(' or ')}`)
  }
  if (base?.protocol === 'https:' && url.protocol === 'http:') {
    throw refusedSource('must not redirect from https to http; use the https URL of the file')
  }
  url.hash = ''
  return url
}

/** Returns the port. A URL omits the default port of its scheme. */
function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

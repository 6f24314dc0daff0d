import { refusedSource } from '../../media/source-refusals.ts'

/**
 * A URL that may be asked for, as WHATWG parses it: numbers, full-width digits and IDNA dots are a canonical host from here
 * on. Throws `invalid-request` for another scheme, a port outside the list, or a user name or password.
 */
export function parseTarget(text: string, allowedPorts: readonly number[], base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw refusedSource('must be, and may only redirect to, an http or https URL')
  }
  if (url.username !== '' || url.password !== '') {
    throw refusedSource('must not hold a user name or password; use a URL that needs none')
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

/** A URL does not say the port that is its scheme's own. */
function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

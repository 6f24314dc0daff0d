const schemes = /^[a-z][a-z0-9+.-]*:$/
/** `https://*.example.com`: a scheme, and at least two labels after the wildcard. */
const pattern = /^(?<scheme>https?:\/\/)\*(?<rest>\.[^*/.]+(?:\.[^*/.]+)+)$/

/** Whether text is an origin of any scheme as browsers serialize it (RFC 6454 §6.2), or a pattern of subdomains. */
export function isOriginPattern(text: string): boolean {
  const { scheme, rest } = pattern.exec(text)?.groups ?? {}
  return isOrigin(scheme === undefined ? text : `${scheme}any${rest}`)
}

/** Whether one of the origins or patterns matches an origin. A pattern matches subdomains of any depth. */
export function matchesOrigin(patterns: readonly string[], origin: string): boolean {
  return patterns.some((each) => {
    if (each === origin) return true
    const { scheme, rest } = pattern.exec(each)?.groups ?? {}
    if (scheme === undefined || rest === undefined) return false
    const isBetween = origin.length > scheme.length + rest.length
    if (!isBetween || !origin.startsWith(scheme) || !origin.endsWith(rest)) return false
    return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(origin.slice(scheme.length, -rest.length))
  })
}

/** Whether text is an http(s) URL of an origin and an optional path, as `URL` serializes it, with or without a trailing slash. */
export function isPublicUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return (
    !text.includes('//', text.indexOf('//') + 2) &&
    [text, `${text}/`].includes(url.origin + url.pathname)
  )
}

/** WHATWG's URL has no origin for schemes other than http(s), such as `capacitor://localhost`. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !schemes.test(url.protocol) || text.includes('*')) return false
  if (/^https?:$/.test(url.protocol)) return url.origin === text
  const { protocol, host } = url
  return host !== '' && text === `${protocol}//${host}` && text === text.toLowerCase()
}

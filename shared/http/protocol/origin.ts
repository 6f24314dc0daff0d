const schemes = /^[a-z][a-z0-9+.-]*:$/
/** `https://*.example.com`: a scheme, and at least two labels after the one that is left open. */
const pattern = /^(?<scheme>https?:\/\/)\*(?<rest>\.[^*/.]+(?:\.[^*/.]+)+)$/

/** Whether text is an origin as browsers write it (RFC 6454 §6.2), of any scheme, or a pattern of subdomains. */
export function isOriginPattern(text: string): boolean {
  const { scheme, rest } = pattern.exec(text)?.groups ?? {}
  return isOrigin(scheme === undefined ? text : `${scheme}any${rest}`)
}

/** Whether one of the origins or patterns is this origin. A pattern stands for subdomains of any depth. */
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

/** Whether text is an http(s) URL of an origin and perhaps a path, as `URL` writes it; it may end in a slash. */
export function isPublicUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return (
    !text.includes('//', text.indexOf('//') + 2) &&
    [text, `${text}/`].includes(url.origin + url.pathname)
  )
}

/** Of other schemes than http(s), such as `capacitor://localhost`, WHATWG's URL has no origin to compare. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !schemes.test(url.protocol) || text.includes('*')) return false
  if (/^https?:$/.test(url.protocol)) return url.origin === text
  const { protocol, host } = url
  return host !== '' && text === `${protocol}//${host}` && text === text.toLowerCase()
}

/** The origin of uploads and downloads in the cloud. Locally it is the service itself. */
export const cloudStorage = 'https://storage.googleapis.com'

/**
 * The headers of the file browser. The policy permits scripts and styles of the page's own origin only, none in the document, and
 * requires Trusted Types. `firebase.json` has the same with `cloudStorage`; a test compares them.
 */
export function pageHeaders(storage = ''): Record<string, string> {
  const withStorage = (sources: string) => (storage === '' ? sources : `${sources} ${storage}`)
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src ${withStorage("'self' blob:")}`,
    `media-src ${withStorage("'self'")}`,
    // A whole PDF. Its answer has a policy with `sandbox`, which an attribute of the frame would break.
    `frame-src ${withStorage("'self'")}`,
    `connect-src ${withStorage("'self'")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  }
}

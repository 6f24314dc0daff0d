/** The origin of uploads and downloads in the cloud. Locally it is the service itself. */
const cloudStorage = 'https://storage.googleapis.com'

/** The services of Firebase Authentication, which the page asks for tokens under Firebase Hosting. */
const firebaseAuth = 'https://identitytoolkit.googleapis.com https://securetoken.googleapis.com'

/**
 * The headers of the file browser. The policy permits scripts and styles of the page's own origin only, none in the document, and
 * requires Trusted Types. `firebase.json` has the same, with Cloud Storage and Firebase Authentication; a test compares them.
 */
export function pageHeaders(host: 'local' | 'firebase' = 'local'): Record<string, string> {
  const isLocal = host === 'local'
  const withStorage = (sources: string) => (isLocal ? sources : `${sources} ${cloudStorage}`)
  const reached = withStorage("'self'")
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src ${withStorage("'self' blob:")}`,
    `media-src ${reached}`,
    // A whole PDF. Its answer has a policy with `sandbox`, which an attribute of the frame would break.
    `frame-src ${reached}`,
    `connect-src ${isLocal ? reached : `${reached} ${firebaseAuth}`}`,
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

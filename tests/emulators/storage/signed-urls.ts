import { createHash, verify, type KeyLike } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Signers by e-mail address. Undefined accepts any well-formed signature. */
export type Signers = ReadonlyMap<string, KeyLike> | undefined

/**
 * Checks a V4 signed URL: https://cloud.google.com/storage/docs/authentication/canonical-requests. Undefined if it is
 * valid, else the XML API's status and code. A URL signed for GET is valid for HEAD too.
 */
export function signatureRefusal(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  signers: Signers,
  now: Date,
): { status: number; code: string } | undefined {
  const { searchParams } = new URL(`http://storage${request.url}`)
  const given = (name: string) => searchParams.get(name) ?? ''
  const [email, day, ...scope] = given('X-Goog-Credential').split('/')
  const signedAt = parseDate(given('X-Goog-Date'))
  const seconds = Number(given('X-Goog-Expires'))
  const isWellFormed =
    given('X-Goog-Algorithm') === 'GOOG4-RSA-SHA256' &&
    scope.join('/') === 'auto/storage/goog4_request' &&
    day === given('X-Goog-Date').slice(0, 8) &&
    signedAt !== undefined &&
    seconds > 0 &&
    seconds <= 604_800
  if (!isWellFormed) return { status: 400, code: 'AuthenticationRequired' }
  if (now.getTime() >= signedAt + seconds * 1000) return { status: 400, code: 'ExpiredToken' }

  const key = email === undefined ? undefined : signers?.get(email)
  if (!signers) return undefined
  const methods = request.method === 'HEAD' ? ['HEAD', 'GET'] : [request.method ?? '']
  const signature = Buffer.from(given('X-Goog-Signature'), 'hex')
  const isSigned =
    key !== undefined &&
    methods.some((method) => {
      const text = stringToSign({ method, url: request.url, headers: request.headers })
      return verify('sha256', Buffer.from(text), key, signature)
    })
  return isSigned ? undefined : { status: 403, code: 'SignatureDoesNotMatch' }
}

/** The text that V4 signs for a request. */
export function stringToSign({
  method,
  url,
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): string {
  const { pathname, searchParams } = new URL(`http://storage${url}`)
  const signedHeaders = searchParams.get('X-Goog-SignedHeaders') ?? ''
  const query = [...searchParams]
    .filter(([name]) => name.toLowerCase() !== 'x-goog-signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
  const canonical = [
    method,
    pathname
      .split('/')
      .map((segment) => encode(decodeURIComponent(segment)))
      .join('/'),
    query.join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${headerValue(headers, name)}`),
    '',
    signedHeaders,
    headers['x-goog-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const scope = (searchParams.get('X-Goog-Credential') ?? '').split('/').slice(1).join('/')
  return ['GOOG4-RSA-SHA256', searchParams.get('X-Goog-Date'), scope, hash].join('\n')
}

/** The real service has no port, so a host signed without a port is valid here too. */
function headerValue(headers: IncomingMessage['headers'], name: string): string {
  const value = String(headers[name] ?? '')
    .trim()
    .replace(/\s+/g, ' ')
  return name === 'host' ? value.replace(/:\d+$/, '') : value
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1)
  if (!parts) return undefined
  const [year, month, day, hour, minute, second] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

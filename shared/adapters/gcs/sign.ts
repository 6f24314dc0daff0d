import { createHash } from 'node:crypto'
import type { SignOptions } from '../../ports/blob-store.ts'
import type { GoogleCredentials } from '../google/credentials.ts'

const algorithm = 'GOOG4-RSA-SHA256'
const maxSeconds = 7 * 24 * 60 * 60

interface SignedObject extends SignOptions {
  /** The scheme and host of the service, without a path. */
  endpoint: string
  bucket: string
  name: string
  generation: string
}

/**
 * Creates a V4 signed URL for GET of one generation, which expires in at most seven days
 * (https://cloud.google.com/storage/docs/access-control/signing-urls-manually).
 */
export async function signObjectUrl(
  credentials: Pick<GoogleCredentials, 'email' | 'sign'>,
  { endpoint, bucket, name, generation, ...options }: SignedObject,
): Promise<string> {
  const now = new Date()
  const seconds = Math.round((options.expiresAt.getTime() - now.getTime()) / 1000)
  if (seconds > maxSeconds) throw new Error(`A signed URL is valid for at most ${maxSeconds} s`)
  const timestamp = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = `${timestamp.slice(0, 8)}/auto/storage/goog4_request`
  const path = `/${[bucket, ...name.split('/')].map(encode).join('/')}`
  const query = Object.entries({
    'X-Goog-Algorithm': algorithm,
    'X-Goog-Credential': `${await credentials.email()}/${scope}`,
    'X-Goog-Date': timestamp,
    'X-Goog-Expires': `${seconds}`,
    'X-Goog-SignedHeaders': 'host',
    generation,
    'response-content-disposition': options.contentDisposition,
    'response-content-type': options.contentType,
  })
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&')
  const host = `host:${new URL(endpoint).hostname}`
  const request = ['GET', path, query, host, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const hash = createHash('sha256').update(request).digest('hex')
  const signature = await credentials.sign([algorithm, timestamp, scope, hash].join('\n'))
  const hex = Buffer.from(signature, 'base64').toString('hex')
  return `${endpoint}${path}?${query}&X-Goog-Signature=${hex}`
}

/** Percent-encodes all characters but the unreserved ones (RFC 3986 §2.3). */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

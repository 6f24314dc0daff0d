import { buffer } from 'node:stream/consumers'
import type { GoogleCredentials } from '../google/credentials.ts'
import { isSuccess, parsed, send } from '../google/http.ts'

const probeMs = 2000
const longPath = '/storage/v1'

/** The place of the service or of an emulator. */
export interface Endpoint {
  /** The scheme and host, such as `https://storage.googleapis.com`. */
  origin: string
  /** The path of the JSON API: `/storage/v1`, or empty for some emulators. */
  path: string
  /** Firebase's emulator ends a resumable upload with its first request, and accepts 130 MB in one. */
  isFirebase: boolean
}

export const googleEndpoint: Endpoint = {
  origin: 'https://storage.googleapis.com',
  path: longPath,
  isFirebase: false,
}

/**
 * The endpoint of the emulator at a value of `STORAGE_EMULATOR_HOST`. Adds `http://` if the value has no scheme, like Google's
 * clients, which omit `/storage/v1` from the paths of emulators. Firebase's emulator supports some calls only without it, and
 * fake-gcs-server supports all calls only with it.
 *
 * A value that ends with `/storage/v1` selects the long paths. Otherwise one request finds out. An emulator that does not
 * answer, or answers without the expected properties, gets the paths of the real service.
 */
export async function emulatorEndpoint(host: string, bucket: string): Promise<Endpoint> {
  const given = host.replace(/(?<!\/)\/+$/, '')
  const located = /^https?:\/\//.test(given) ? given : `http://${given}`
  if (located.endsWith(longPath)) {
    return { origin: located.slice(0, -longPath.length), path: longPath, isFirebase: false }
  }
  return { origin: located, ...(await probe(located, bucket)) }
}

const realPaths = { path: longPath, isFirebase: false }

/**
 * Requests a listing without `/storage/v1`. A header field identifies Firebase's emulator, and the kind of the listing any other
 * emulator with short paths. An error response identifies nothing, because any server may answer errors in JSON.
 */
async function probe(origin: string, bucket: string): Promise<Omit<Endpoint, 'origin'>> {
  try {
    const signal = AbortSignal.timeout(probeMs)
    const response = await send(`${origin}/b/${bucket}/o?maxResults=1`, { signal })
    const exposed = response.headers['access-control-expose-headers'] ?? ''
    const body = parsed((await buffer(response.body)).toString())
    if (exposed.includes('x-firebase-storage-version')) return { path: '', isFirebase: true }
    const { kind } = Object(body) as { kind?: unknown }
    const hasShortPaths = isSuccess(response) && kind === 'storage#objects'
    return hasShortPaths ? { path: '', isFirebase: false } : realPaths
  } catch {
    return realPaths
  }
}

/** An emulator needs no credentials and accepts any signature, but URLs must have one. */
export const emulatorCredentials: GoogleCredentials = {
  accessToken: async () => 'owner',
  email: async () => 'emulator@localhost',
  sign: async () => Buffer.alloc(256).toString('base64'),
}

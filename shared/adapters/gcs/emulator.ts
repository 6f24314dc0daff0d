import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Storage } from '@google-cloud/storage'
import { GoogleAuth, JWT } from 'google-auth-library'
import { once } from '../../concurrency/once.ts'

const probeMs = 2000
const longPath = '/storage/v1'

/** Properties of an emulator that affect the client. */
interface Emulator {
  /** Firebase's emulator ends a resumable upload with its first request, and accepts 130 MB in one. */
  isFirebase: boolean
}

/**
 * Configures the official client for the emulator at `STORAGE_EMULATOR_HOST`. Adds `http://` if the value has no scheme, like
 * Google's other clients. For an emulator the official client omits `/storage/v1` from its paths. Firebase's emulator supports
 * some calls only without it, and fake-gcs-server supports all calls only with it.
 *
 * A value that ends with `/storage/v1` selects the long paths. Otherwise one request detects them. For an emulator that does
 * not answer, or answers without the expected properties, the client uses the paths of the real service.
 */
export async function adaptToEmulator(storage: Storage, bucket: string): Promise<Emulator> {
  const given = storage.baseUrl.replace(/(?<!\/)\/+$/, '')
  const located = /^https?:\/\//.test(given) ? given : `http://${given}`
  const hasLongPath = located.endsWith(longPath)
  const endpoint = hasLongPath ? located.slice(0, -longPath.length) : located
  const { hasShortPaths, isFirebase } = hasLongPath ? realPaths : await probe(endpoint, bucket)
  storage.apiEndpoint = endpoint
  storage.baseUrl = hasShortPaths ? endpoint : `${endpoint}${longPath}`
  return { isFirebase }
}

const realPaths = { hasShortPaths: false, isFirebase: false }
const firebase = { hasShortPaths: true, isFirebase: true }

/**
 * Requests a listing without `/storage/v1`. A header field identifies Firebase's emulator. The kind of the listing identifies any
 * other emulator with short paths. An error response identifies nothing, because any server may answer errors in JSON.
 */
async function probe(endpoint: string, bucket: string) {
  try {
    const signal = AbortSignal.timeout(probeMs)
    const answer = await fetch(`${endpoint}/b/${bucket}/o?maxResults=1`, { signal })
    const exposed = answer.headers.get('Access-Control-Expose-Headers') ?? ''
    const body: unknown = await answer.json().catch(() => undefined)
    if (exposed.includes('x-firebase-storage-version')) return firebase
    const { kind } = (body ?? {}) as { kind?: unknown }
    return { hasShortPaths: answer.ok && kind === 'storage#objects', isFirebase: false }
  } catch {
    return realPaths
  }
}

/**
 * Credentials with a key that this process generates once, because an RSA key costs a tenth of a second of CPU time or more.
 * Emulators need no credentials and accept any signature, but URLs must have one.
 */
export const emulatorAuth = once(async (): Promise<GoogleAuth> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const email = 'emulator@localhost'
  const auth = new GoogleAuth({ authClient: new JWT({ email, key: privateKey }) })
  // The library reads the name of the signer here.
  auth.jsonContent = { client_email: email }
  return auth
})

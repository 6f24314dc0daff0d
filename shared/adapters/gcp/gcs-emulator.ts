import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Storage } from '@google-cloud/storage'
import { GoogleAuth, JWT } from 'google-auth-library'

const probeMs = 2000

/** What an emulator is that the client must know. */
interface Emulator {
  /** Whether it is Firebase's, which ends a resumable upload with its first request, and takes 130 MB in one. */
  isFirebase: boolean
}

/**
 * Leads the official client to the emulator that `STORAGE_EMULATOR_HOST` names, with `http://` where it has no scheme, as
 * Google's other clients read it. This one drops `/storage/v1` from its paths there: Firebase's emulator knows some calls
 * without it alone, fake-gcs-server all of them with it alone. So the emulator is asked once, and one that does not answer
 * yet is taken for one with the paths of the real service.
 */
export async function adaptToEmulator(storage: Storage, bucket: string): Promise<Emulator> {
  const given = storage.baseUrl.replace(/(?<!\/)\/+$/, '')
  const endpoint = /^https?:\/\//.test(given) ? given : `http://${given}`
  const { hasShortPaths, isFirebase } = await ask(endpoint, bucket)
  storage.apiEndpoint = endpoint
  storage.baseUrl = hasShortPaths ? endpoint : `${endpoint}/storage/v1`
  return { isFirebase }
}

/** Looks for a listing without `/storage/v1` that the JSON API answers, be it with a refusal. */
async function ask(endpoint: string, bucket: string) {
  try {
    const signal = AbortSignal.timeout(probeMs)
    const answer = await fetch(`${endpoint}/b/${bucket}/o?maxResults=1`, { signal })
    const exposed = answer.headers.get('Access-Control-Expose-Headers') ?? ''
    const isFirebase = exposed.includes('x-firebase-storage-version')
    const body = (await answer.json()) as { kind?: unknown; error?: unknown }
    const isOfApi = body.kind === 'storage#objects' || typeof body.error === 'object'
    return { hasShortPaths: isOfApi, isFirebase }
  } catch {
    return { hasShortPaths: false, isFirebase: false }
  }
}

/** A key of nobody's: emulators ask for no credentials and take any signature, and still URLs must have one. */
export async function emulatorAuth(): Promise<GoogleAuth> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const email = 'emulator@localhost'
  const auth = new GoogleAuth({ authClient: new JWT({ email, key: privateKey }) })
  // Where the library looks for the signer's name.
  auth.jsonContent = { client_email: email }
  return auth
}

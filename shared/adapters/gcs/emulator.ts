import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Storage } from '@google-cloud/storage'
import { GoogleAuth, JWT } from 'google-auth-library'

const probeMs = 2000
const longPath = '/storage/v1'

/** The properties of an emulator that the client depends on. */
interface Emulator {
  /** Firebase's ends a resumable upload with its first request, and takes 130 MB in one. */
  isFirebase: boolean
}

/**
 * Leads the official client to the emulator that `STORAGE_EMULATOR_HOST` names, with `http://` where it has no scheme, as
 * Google's other clients read it. The official client drops `/storage/v1` from its paths there: Firebase's emulator knows
 * some calls only without it, fake-gcs-server knows all of them only with it.
 *
 * The configuration decides where it can: a value that ends with `/storage/v1` names these paths. Otherwise one request
 * asks for a property of the answer. An emulator without it, or without an answer yet, has the paths of the real service.
 */
export async function adaptToEmulator(storage: Storage, bucket: string): Promise<Emulator> {
  const given = storage.baseUrl.replace(/(?<!\/)\/+$/, '')
  const located = /^https?:\/\//.test(given) ? given : `http://${given}`
  const hasLongPath = located.endsWith(longPath)
  const endpoint = hasLongPath ? located.slice(0, -longPath.length) : located
  const { hasShortPaths, isFirebase } = hasLongPath ? realPaths : await ask(endpoint, bucket)
  storage.apiEndpoint = endpoint
  storage.baseUrl = hasShortPaths ? endpoint : `${endpoint}${longPath}`
  return { isFirebase }
}

const realPaths = { hasShortPaths: false, isFirebase: false }
const firebase = { hasShortPaths: true, isFirebase: true }

/**
 * Asks for a listing without `/storage/v1`. Firebase's emulator is known by a header field that it exposes, another
 * emulator with these paths by the kind of the listing. A refusal is no property: any server may answer an error in JSON.
 */
async function ask(endpoint: string, bucket: string) {
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

/** A new key: emulators ask for no credentials and accept any signature, but URLs must have one. */
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

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { GoogleAuth, JWT } from 'google-auth-library'

export interface TestSigner {
  email: string
  privateKey: KeyObject
  /** Credentials with the key. */
  auth: GoogleAuth
  /** Its entry in the emulator's signers. */
  signers: Map<string, KeyObject>
}

/** A service account that exists only in the tests. */
export function testSigner(): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const email = 'signer@coffer-test.iam.gserviceaccount.com'
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const auth = new GoogleAuth({ authClient: new JWT({ email, key }) })
  auth.jsonContent = { client_email: email }
  return { email, privateKey, auth, signers: new Map([[email, publicKey]]) }
}

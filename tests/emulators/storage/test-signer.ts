import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { GoogleCredentials } from '../../../shared/adapters/google/credentials.ts'

export interface TestSigner {
  email: string
  privateKey: KeyObject
  /** Credentials with the key. */
  credentials: GoogleCredentials
  /** Its entry in the emulator's signers. */
  signers: Map<string, KeyObject>
}

/** A service account that exists only in the tests. */
export function testSigner(): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const email = 'signer@coffer-test.iam.gserviceaccount.com'
  const credentials = {
    accessToken: async () => 'a-token',
    email: async () => email,
    sign: async (text: string) => sign('sha256', Buffer.from(text), privateKey).toString('base64'),
  }
  return { email, privateKey, credentials, signers: new Map([[email, publicKey]]) }
}

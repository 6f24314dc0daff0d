/** Credentials of a service account, or of a user, for Google's APIs. */
export interface GoogleCredentials {
  /** An OAuth access token that is valid for some minutes at least. */
  accessToken: () => Promise<string>
  /** The account that signs. */
  email: () => Promise<string>
  /** Signs a text with the account's key: RSA, PKCS #1 v1.5, SHA-256. Base64. */
  sign: (text: string) => Promise<string>
}

/** For calls of Google's APIs, which IAM restricts further. */
export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform'

import { once } from '../../concurrency/once.ts'
import { cloudPlatformScope, type GoogleCredentials } from './credentials.ts'

/**
 * Application Default Credentials (https://cloud.google.com/docs/authentication/application-default-credentials): a file, those
 * of gcloud, or a metadata server. Loads google-auth-library, which takes as long as a small function, at the first use.
 */
export function applicationDefaultCredentials({
  signingEndpoint,
}: { signingEndpoint?: string } = {}): GoogleCredentials {
  const auth = once(async () => {
    const { GoogleAuth } = await import('google-auth-library')
    return new GoogleAuth({ scopes: [cloudPlatformScope] })
  })
  return {
    accessToken: async () => {
      const token = await (await auth()).getAccessToken()
      if (typeof token === 'string') return token
      throw new Error('The credentials have no access token')
    },
    email: async () => {
      const { client_email: email } = await (await auth()).getCredentials()
      if (email !== undefined) return email
      throw new Error('The credentials name no service account')
    },
    sign: async (text) => (await auth()).sign(text, signingEndpoint),
  }
}

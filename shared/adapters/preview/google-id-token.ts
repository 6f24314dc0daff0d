import { GoogleAuth } from 'google-auth-library'
import { once } from '../../concurrency/once.ts'

/**
 * Makes ID tokens of this process's service account for a Cloud Run service
 * (https://cloud.google.com/run/docs/authenticating/service-to-service), each used until it expires.
 */
export function googleIdTokens(audience: string): () => Promise<string> {
  const client = once(() => new GoogleAuth().getIdTokenClient(audience))
  return async () => {
    const headers = await (await client()).getRequestHeaders()
    const authorization = headers.get('authorization')
    if (authorization === null) throw new Error(`There is no ID token for ${audience}`)
    return authorization
  }
}

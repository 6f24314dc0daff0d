import { GoogleAuth } from 'google-auth-library'
import { once } from '../../concurrency/once.ts'

/**
 * Creates a function that returns the `Authorization` header with an ID token of this process's service account for a Cloud Run
 * service (https://cloud.google.com/run/docs/authenticating/service-to-service). Caches the token until it expires.
 */
export function googleIdTokens(audience: string): () => Promise<string> {
  const client = once(() => new GoogleAuth().getIdTokenClient(audience))
  return async () => {
    const headers = await (await client()).getRequestHeaders()
    const authorization = headers.get('authorization')
    if (authorization === null) throw new Error(`No ID token for ${audience}`)
    return authorization
  }
}

import { text } from 'node:stream/consumers'
import { once } from '../../concurrency/once.ts'
import type { GoogleCredentials } from './credentials.ts'
import { HttpError, isSuccess, jsonOf, send, TransientError, type HttpResponse } from './http.ts'

const requestMs = 10_000
/** The metadata server renews a token five minutes before its end (https://cloud.google.com/compute/docs/access/authenticate-workloads). */
const reservedSeconds = 240

interface MetadataOptions {
  /** Default: that of Google Cloud. */
  origin?: string
  /** The endpoint of IAM for signatures. Default: Google's. */
  signingEndpoint?: string
}

interface Token {
  access_token: string
  expires_in: number
}

/**
 * Credentials of the service account of an instance, from its metadata server
 * (https://cloud.google.com/run/docs/container-contract#metadata-server). They contain no key, so IAM signs, and the account
 * needs `roles/iam.serviceAccountTokenCreator` on itself.
 */
export function metadataServerCredentials({
  origin = 'http://metadata.google.internal',
  signingEndpoint = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/',
}: MetadataOptions = {}): GoogleCredentials {
  const about = (name: string) =>
    send(`${origin}/computeMetadata/v1/instance/service-accounts/default/${name}`, {
      headers: { 'Metadata-Flavor': 'Google' },
      signal: AbortSignal.timeout(requestMs),
    })
  const email = once(async () => {
    const response = await about('email')
    const name = await text(response.body)
    if (!isSuccess(response)) throw new HttpError(response, name)
    return name.trim()
  })
  let token: { value: Promise<string>; endsAt: number } | undefined

  async function accessToken(): Promise<string> {
    if (token && performance.now() < token.endsAt) return token.value
    const requested = { value: request(), endsAt: Infinity }
    token = requested
    return requested.value

    async function request() {
      try {
        const { access_token: value, expires_in: seconds } = await tokenOf(about('token'))
        requested.endsAt = performance.now() + (seconds - reservedSeconds) * 1000
        return value
      } catch (error) {
        token = undefined
        throw error
      }
    }
  }

  return {
    accessToken,
    email,
    async sign(content) {
      const response = await send(`${signingEndpoint}${await email()}:signBlob`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${await accessToken()}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ payload: Buffer.from(content).toString('base64') }),
        signal: AbortSignal.timeout(requestMs),
      })
      const { signedBlob } = (await jsonOf(response)) as { signedBlob?: string }
      if (signedBlob !== undefined) return signedBlob
      throw new TransientError('The response of IAM is incomplete')
    },
  }
}

async function tokenOf(response: Promise<HttpResponse>): Promise<Token> {
  const { access_token, expires_in } = (await jsonOf(await response)) as Partial<Token>
  if (access_token !== undefined && expires_in !== undefined) return { access_token, expires_in }
  throw new TransientError('The response of the metadata server is incomplete')
}

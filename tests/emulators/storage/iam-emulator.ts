import { sign, type KeyLike } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ApiRefusal, sendJson, sendRefusal } from './errors.ts'

export interface IamEmulator extends AsyncDisposable {
  /** For `GCE_METADATA_HOST`. */
  metadataHost: string
  signingEndpoint: string
  /** Every path that was asked for. */
  requests: string[]
  /** From now on `signBlob` is refused with this message, as IAM refuses it. */
  deny(message: string): void
}

const accessToken = 'a-token-of-the-metadata-server'

/** The metadata server of Cloud Run, and IAM's `signBlob`, for one service account that has no key. */
export async function startIamEmulator(email: string, key: KeyLike): Promise<IamEmulator> {
  const requests: string[] = []
  let denied: string | undefined
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const isMetadata = request.url?.startsWith('/computeMetadata/') ?? false
    if (isMetadata) return serveMetadata(request, response, email)
    void serveSigning(request, response, key, denied).catch((error: unknown) => {
      sendRefusal(
        response,
        error instanceof ApiRefusal ? error : new ApiRefusal(500, String(error)),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const metadataHost = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    metadataHost,
    signingEndpoint: `http://${metadataHost}/v1/projects/-/serviceAccounts/`,
    requests,
    deny: (message) => {
      denied = message
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys */
function serveMetadata(request: IncomingMessage, response: ServerResponse, email: string): void {
  response.setHeader('Metadata-Flavor', 'Google')
  const path = (request.url ?? '').replace(/^\/computeMetadata\/v1\//, '').replace(/\?.*$/, '')
  const account = 'instance/service-accounts/default'
  if (path === `${account}/token`) {
    sendJson(response, 200, { access_token: accessToken, expires_in: 3600, token_type: 'Bearer' })
    return
  }
  const text = path === `${account}/email` ? email : undefined
  response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/text' })
  response.end(text)
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob */
async function serveSigning(
  request: IncomingMessage,
  response: ServerResponse,
  key: KeyLike,
  denied: string | undefined,
): Promise<void> {
  const { payload } = JSON.parse((await buffer(request)).toString()) as { payload: string }
  if (request.headers.authorization !== `Bearer ${accessToken}`) {
    throw new ApiRefusal(401, 'Request had invalid authentication credentials.')
  }
  if (denied !== undefined) throw new ApiRefusal(403, denied)
  const signature = sign('sha256', Buffer.from(payload, 'base64'), key)
  sendJson(response, 200, { keyId: 'emulated', signedBlob: signature.toString('base64') })
}

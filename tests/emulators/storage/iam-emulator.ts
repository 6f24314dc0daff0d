import { sign, type KeyLike } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ApiRefusal, sendRefusal } from './errors.ts'
import { Exchange } from './exchange.ts'
import { Faults, type FaultRule } from './faults.ts'

export interface IamEmulator extends AsyncDisposable {
  /** The origin of the metadata server. */
  metadataOrigin: string
  signingEndpoint: string
  /** The paths of all requests. */
  requests: string[]
  /** For the metadata server and for IAM. */
  fault(rule: FaultRule): void
  faultsLeft(): number
  /** From now on `signBlob` fails with this message, like IAM. */
  deny(message: string): void
}

const accessToken = 'a-token-of-the-metadata-server'

/** The metadata server of Cloud Run, and IAM's `signBlob`, for one service account without a key. */
export async function startIamEmulator(email: string, key: KeyLike): Promise<IamEmulator> {
  const requests: string[] = []
  const faults = new Faults()
  let denied: string | undefined
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const exchange = new Exchange(request, response, faults.take(request))
    const serve = async () => {
      if (exchange.meetsFault()) return
      if (exchange.path.startsWith('/computeMetadata/')) return serveMetadata(exchange, email)
      return serveSigning(exchange, key, denied)
    }
    void serve().catch((error: unknown) => {
      sendRefusal(
        response,
        error instanceof ApiRefusal ? error : new ApiRefusal(500, String(error)),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const metadataOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    metadataOrigin,
    signingEndpoint: `${metadataOrigin}/v1/projects/-/serviceAccounts/`,
    requests,
    fault: (rule) => faults.add(rule),
    faultsLeft: () => faults.left,
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
function serveMetadata(exchange: Exchange, email: string): void {
  const { response } = exchange
  response.setHeader('Metadata-Flavor', 'Google')
  const path = exchange.path.replace(/^\/computeMetadata\/v1\//, '')
  const account = 'instance/service-accounts/default'
  if (path === `${account}/token`) {
    const token = { access_token: accessToken, expires_in: 3600, token_type: 'Bearer' }
    return exchange.answer(200, token)
  }
  const text = path === `${account}/email` ? email : undefined
  response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/text' })
  response.end(text)
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob */
async function serveSigning(
  exchange: Exchange,
  key: KeyLike,
  denied: string | undefined,
): Promise<void> {
  const { request } = exchange
  const { payload } = JSON.parse((await buffer(request)).toString()) as { payload: string }
  if (request.headers.authorization !== `Bearer ${accessToken}`) {
    throw new ApiRefusal(401, 'Request had invalid authentication credentials.')
  }
  if (denied !== undefined) throw new ApiRefusal(403, denied)
  const signature = sign('sha256', Buffer.from(payload, 'base64'), key)
  exchange.answer(200, { keyId: 'emulated', signedBlob: signature.toString('base64') })
}

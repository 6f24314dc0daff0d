import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A proxy like the one in front of a Cloud Run service: admits callers by IAM and removes the signature of a token that it
 * has verified (https://cloud.google.com/run/docs/troubleshooting#signature-removed).
 */
export interface CloudRunFront extends AsyncDisposable {
  url: string
  /** The URL of the service. */
  target: string
  /** Tokens that IAM admits. */
  invokers: Set<string>
}

export async function startCloudRunFront(): Promise<CloudRunFront> {
  const server = createServer((incoming, outgoing) => {
    const { authorization } = incoming.headers
    const token = authorization?.replace('Bearer ', '') ?? ''
    incoming.resume()
    if (!front.invokers.has(token)) {
      outgoing.writeHead(403, { 'content-type': 'text/html; charset=UTF-8' })
      outgoing.end('<html><title>403 Forbidden</title>')
      return
    }
    const headers = { ...incoming.headers, authorization: `Bearer ${withoutSignature(token)}` }
    const { method = 'GET', url = '/' } = incoming
    request(new URL(url, front.target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const front: CloudRunFront = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    invokers: new Set(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return front
}

export function withoutSignature(token: string): string {
  return token.replace(/[^.]*$/, 'SIGNATURE_REMOVED_BY_GOOGLE')
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newKey, sign } from './jwks-server.ts'

/** Starts a metadata server of Cloud Run that only issues ID tokens for the service account. */
export async function startMetadataServer() {
  const key = await newKey('google-1')
  const state = { audiences: [] as string[], tokens: [] as string[] }
  const server = createServer((request, response) => void serve(request, response))
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://metadata')
    const [status, text] = await answer(url.searchParams.get('audience'))
    response.writeHead(status, { 'Metadata-Flavor': 'Google', 'Content-Type': 'application/text' })
    response.end(text)
  }
  async function answer(audience: string | null): Promise<[number, string]> {
    if (audience === null) return [200, '']
    state.audiences.push(audience)
    const token = await sign(key, { aud: audience })
    state.tokens.push(token)
    return [200, token]
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(state, {
    env: {
      GCE_METADATA_HOST: host,
      METADATA_SERVER_DETECTION: 'assume-present',
      GOOGLE_APPLICATION_CREDENTIALS: '',
      HOME: '/nonexistent',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { metadataServerCredentials } from '../../../shared/adapters/google/metadata-server.ts'

/** Credentials of a metadata server that answers its requests in turn with these statuses, and with numbered tokens. */
async function credentialsOf({ expiresIn = 3600, statuses = [200] }) {
  let requests = 0
  const server = createServer((request, response) => {
    const isGoogle = request.headers['metadata-flavor'] === 'Google'
    const status = isGoogle ? (statuses[requests] ?? 200) : 403
    requests += 1
    const token = { access_token: `token-${requests}`, expires_in: expiresIn, token_type: 'Bearer' }
    response.writeHead(status).end(JSON.stringify(token))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return metadataServerCredentials({ origin })
}

test('callers at the same time, and later ones, share one token', async () => {
  const { accessToken } = await credentialsOf({})
  expect(await Promise.all([accessToken(), accessToken()])).toEqual(['token-1', 'token-1'])
  expect(await accessToken()).toBe('token-1')
})

test('a token that ends within four minutes is replaced', async () => {
  const { accessToken } = await credentialsOf({ expiresIn: 239 })
  expect([await accessToken(), await accessToken()]).toEqual(['token-1', 'token-2'])
})

test('a failed request is not stored', async () => {
  const { accessToken } = await credentialsOf({ statuses: [503, 200] })
  await expect(accessToken()).rejects.toMatchObject({ response: { status: 503 } })
  expect(await accessToken()).toBe('token-2')
})

import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'

const metadataPath = '/.well-known/oauth-protected-resource/api/workspace/mcp'
const foreign = 'https://evil.example'
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}
const accept = { accept: 'application/json, text/event-stream' }

/** How an agent gets a token, for services with an OpenID provider. */
export function mcpAccessCases(api: Api, { issuer, origin }: { issuer: string; origin: string }) {
  describe('tokens of agents', () => {
    test('a challenge names the metadata, which name the issuer', async () => {
      const user = await api.newUser()
      for (const [authorization, error] of [
        [undefined, ''],
        ['Bearer nonsense', ', error="invalid_token"'],
      ] as const) {
        const headers = { ...accept, ...(authorization && { authorization }) }
        const response = await fetch(user.url('/mcp'), { method: 'POST', headers, body: '{}' })
        expect(response.headers.get('www-authenticate')).toBe(
          `Bearer realm="coffer"${error}, scope="files:read files:write", resource_metadata="${api.server.url}${metadataPath}"`,
        )
        await expectProblem(response, 401, 'unauthenticated')
      }
      for (const path of [metadataPath, '/.well-known/oauth-protected-resource']) {
        const response = await fetch(api.server.url + path, { headers: { origin: foreign } })
        expect(response.headers.get('access-control-allow-origin')).toBe('*')
        expect(await response.json()).toEqual({
          resource: user.url('/mcp').href,
          authorization_servers: [issuer],
          scopes_supported: ['files:read', 'files:write'],
          bearer_methods_supported: ['header'],
          resource_name: 'Coffer workspace',
        })
      }
    })

    test('a preflight of any page may read the metadata', async () => {
      const response = await fetch(api.server.url + metadataPath, {
        method: 'OPTIONS',
        headers: {
          origin: foreign,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'mcp-protocol-version',
        },
      })
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-allow-headers')).toBe('mcp-protocol-version')
    })

    test('a token without files:read is 403 with the scope that is missing', async () => {
      const user = await api.newUser({ scope: 'files:write' })
      const response = await user.call('POST', '/mcp', { headers: accept, json: initialize })
      expect(response.headers.get('www-authenticate')).toMatch(
        /^Bearer realm="coffer", scope="files:read", resource_metadata="[^"]+", error="insufficient_scope"$/,
      )
      await expectProblem(response, 403, 'forbidden')
    })

    test('a page of another origin is 403, also with a token', async () => {
      const user = await api.newUser()
      const from = (origin: string) =>
        user.call('POST', '/mcp', { headers: { ...accept, origin }, json: initialize })
      await expectProblem(await from(foreign), 403, 'forbidden')
      await expectProblem(await from('null'), 403, 'forbidden')
      expect((await from(api.server.url)).status).toBe(200)
      expect((await from(origin)).status).toBe(200)
    })
  })
}

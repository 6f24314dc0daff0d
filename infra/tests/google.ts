import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { apis } from '../program/api-names.ts'

export type Answer = [status: number, body: unknown]
/** Answers by host and path, without the query. */
export type Answers = Record<string, (body: { permissions?: string[] }) => Answer>

const asAsked = ({ permissions }: { permissions?: string[] }): Answer => [200, { permissions }]

/** Answers for a project that has all prerequisites. */
export const good: Answers = {
  'cloudresourcemanager.googleapis.com/v3/projects/my-project': () => [200, { state: 'ACTIVE' }],
  'cloudbilling.googleapis.com/v1/projects/my-project/billingInfo': () => [
    200,
    { billingEnabled: true, billingAccountName: 'billingAccounts/012345-6789AB-CDEF01' },
  ],
  'serviceusage.googleapis.com/v1/projects/my-project/services:batchGet': () => [
    200,
    { services: apis.map((api) => ({ name: `projects/1/services/${api}`, state: 'ENABLED' })) },
  ],
  'cloudresourcemanager.googleapis.com/v3/projects/my-project:testIamPermissions': asAsked,
  'cloudbilling.googleapis.com/v1/billingAccounts/012345-6789AB-CDEF01:testIamPermissions': asAsked,
}

/** Starts a server that replaces Google and its metadata server, which issues credentials. */
export async function startGoogle(answers: Answers) {
  const asked: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = decodeURIComponent(request.url ?? '').slice(1)
    asked.push(`${request.method} ${url}`)
    const text = await readText(request)
    const path = url.split('?')[0] ?? ''
    const [status, body] = path.startsWith('computeMetadata')
      ? [200, { access_token: 'token', expires_in: 3600, token_type: 'Bearer' }]
      : (answers[path]?.(JSON.parse(text || '{}')) ?? [404, {}])
    const headers = { 'Content-Type': 'application/json', 'Metadata-Flavor': 'Google' }
    response.writeHead(status, headers).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

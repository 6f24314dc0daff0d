import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { openFirestore, newProject, useOwnFirestore } from './world.ts'

useOwnFirestore()
afterEach(() => vi.unstubAllEnvs())

test.each([
  [true, 0],
  [false, 1],
])(
  'a catalog with isEmulated %s sends %i requests to the metadata server',
  async (isEmulated, atLeast) => {
    let requests = 0
    const server = createServer((_, response) => {
      requests += 1
      response.writeHead(404, { 'Metadata-Flavor': 'Google' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(server.address() as AddressInfo).port}`)
    vi.stubEnv('METADATA_SERVER_DETECTION', 'ping-only')
    const options = { projectId: newProject(), quotaBytes: 1, now: () => new Date() }
    const { catalog, ...opened } = await openFirestore({ ...options, isEmulated })
    await catalog.check().catch(() => undefined)
    await opened[Symbol.asyncDispose]()
    server.close()
    expect(Math.min(requests, 1)).toBe(atLeast)
  },
)

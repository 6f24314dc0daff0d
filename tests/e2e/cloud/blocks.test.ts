import { describe, expect, test } from 'vitest'
import { blockCases } from '../cases/blocks/blocks.ts'
import { startFunction } from '../functions/function-server.ts'
import { withServer } from '../suite.ts'
import { localToken } from '../support/target.ts'
import { startCloudWithBlocks } from './blocks-server.ts'

const start = (env: Record<string, string> = {}) =>
  startCloudWithBlocks({ CLAMAV_SERVICE_ENABLED: 'false', ...env })

describe('the function blocks with Firestore and Cloud Storage', () => {
  withServer({ start, token: localToken }, {}, [blockCases])
})

test('api does not serve blocks', async () => {
  await using api = await startFunction('api', { host: 'image' })
  for (const path of ['blocks', 'runs']) {
    expect((await fetch(`${api.url}/api/workspace/${path}`)).status).toBe(404)
  }
})

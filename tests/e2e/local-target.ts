import { afterAll, beforeAll } from 'vitest'
import { startClamd, type TestClamd } from '../support/clamd.ts'
import { startLocalServer } from './local-server.ts'
import type { Target } from './target.ts'

/** Starts local servers that share one real clamd, which runs as long as the test file does. */
export function localStart(): Target['start'] {
  let clamd: TestClamd | undefined
  beforeAll(async () => {
    clamd = await startClamd()
  })
  afterAll(async () => {
    await clamd?.[Symbol.asyncDispose]()
  })
  return async (env = {}) => {
    if (clamd === undefined) throw new Error('clamd runs only while tests do')
    const scanner = { CLAMAV_SERVICE_HOST: clamd.host, CLAMAV_SERVICE_PORT: String(clamd.port) }
    return startLocalServer({ AUTH_MODE: 'local', ...scanner, ...env })
  }
}

import { afterAll, beforeAll } from 'vitest'
import { skipWithoutClamd, startClamd, type TestClamd } from '../../support/clamd/clamd.ts'
import { startLocalServer } from './local-server.ts'
import type { Target } from '../support/target.ts'

/** Starts local servers that share a real clamd, if installed. It runs until the test file ends. */
export function localStart(): Target['start'] {
  let clamd: TestClamd | undefined
  beforeAll(async () => {
    if (!skipWithoutClamd) clamd = await startClamd()
  })
  afterAll(async () => {
    await clamd?.[Symbol.asyncDispose]()
  })
  return async (env = {}) => {
    const scanner = clamd && {
      CLAMAV_SERVICE_HOST: clamd.host,
      CLAMAV_SERVICE_PORT: `${clamd.port}`,
    }
    return startLocalServer({ AUTH_MODE: 'local', ...scanner, ...env })
  }
}

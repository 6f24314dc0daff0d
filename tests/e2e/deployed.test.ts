import { describe } from 'vitest'
import { describeApi } from './suite.ts'
import { localToken } from './target.ts'

const url = process.env['API_URL']?.replace(/\/+$/, '')

/** `API_URL=http://… npx vitest run tests/e2e/deployed.test.ts`: the same suite against a service that runs elsewhere. */
describe.runIf(url !== undefined)('a deployment', () => {
  const start = async () => ({ url: url ?? '', [Symbol.asyncDispose]: () => Promise.resolve() })
  describeApi(`${url}`, start, { token: localToken, configurable: false, looksIntoArchives: true })
})

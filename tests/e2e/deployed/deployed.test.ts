import { describe } from 'vitest'
import { describeApi } from '../suite.ts'
import { commandToken } from './command-token.ts'
import { localToken } from '../support/target.ts'

const url = process.env['API_URL']?.replace(/\/+$/, '')
const tokenCommand = process.env['API_TOKEN_COMMAND']

/** `API_URL=http://… npx vitest run tests/e2e/deployed/deployed.test.ts`: the same suite against a deployed service; `API_TOKEN_COMMAND` prints tokens of its users. */
describe.runIf(url !== undefined)('a deployment', () => {
  const start = async () => ({ url: url ?? '', [Symbol.asyncDispose]: () => Promise.resolve() })
  describeApi(`${url}`, start, {
    token: tokenCommand === undefined ? localToken : commandToken(tokenCommand),
    configurable: false,
    looksIntoArchives: true,
    ownStorage: process.env['OWN_STORAGE'] !== 'false',
    restartable: false,
  })
})

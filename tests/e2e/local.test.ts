import { describe } from 'vitest'
import { skipWithoutClamd } from '../support/clamd.ts'
import { localStart } from './local-target.ts'
import { describeApi } from './suite.ts'
import { localToken } from './target.ts'

describe.skipIf(skipWithoutClamd)('npm start, with a real clamd', () => {
  describeApi('the local server', localStart(), { token: localToken, configurable: true })
})

import { describe } from 'vitest'
import { skipWithoutClamd } from '../support/clamd.ts'
import { localStart } from './local-target.ts'
import { describeApi } from './suite.ts'
import { localToken } from './target.ts'

describe(`npm start${skipWithoutClamd ? ', without clamd: no archives' : ', with a real clamd'}`, () => {
  describeApi('the local server', localStart(), {
    token: localToken,
    configurable: true,
    looksIntoArchives: !skipWithoutClamd,
  })
})

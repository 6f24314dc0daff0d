import { describe } from 'vitest'
import { blockAgentCases } from '../cases/blocks/agents.ts'
import { blockCases } from '../cases/blocks/blocks.ts'
import { withServer } from '../suite.ts'
import { localToken } from '../support/target.ts'
import { localStart } from './local-target.ts'

describe('blocks on the local server', () => {
  withServer({ start: localStart(), token: localToken }, {}, [blockCases, blockAgentCases])
})

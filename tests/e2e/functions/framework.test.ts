import { startFunction } from './function-server.ts'
import { describeApi } from '../suite.ts'
import { localToken } from '../support/target.ts'

describeApi(
  'api under the Functions Framework',
  (env = {}) => startFunction('api', { host: 'framework', env }),
  {
    token: localToken,
    configurable: true,
    looksIntoArchives: false,
    ownStorage: true,
    restartable: false,
  },
)

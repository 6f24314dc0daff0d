import { mcpReadCases } from '../cases/agents/reads.ts'
import { hostilePathCases } from '../cases/protocol/hostile-paths.ts'
import { hostileUploadCases } from '../cases/protocol/hostile-uploads.ts'
import { httpCases } from '../cases/protocol/http.ts'
import { formCases } from '../cases/uploads/forms.ts'
import { uploadCases } from '../cases/uploads/upload.ts'
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
    // The framework reads requests and their bodies before the function.
    essential: [
      uploadCases,
      formCases,
      httpCases,
      hostilePathCases,
      hostileUploadCases,
      mcpReadCases,
    ],
  },
)

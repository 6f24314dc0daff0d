import { mcpProtocolCases } from '../cases/agents/protocol.ts'
import { deleteCases } from '../cases/changes/delete.ts'
import { sessionCases } from '../cases/changes/sessions.ts'
import { updateCases } from '../cases/changes/update.ts'
import { httpCases } from '../cases/protocol/http.ts'
import { ownStorageCases } from '../cases/reads/own-storage.ts'
import { previewCases } from '../cases/reads/preview.ts'
import { uploadCases } from '../cases/uploads/upload.ts'
import { startFunctions } from './functions-server.ts'
import { describeApi } from '../suite.ts'
import type { ListedTests } from '../../support/skip-listed.ts'
import { localToken } from '../support/target.ts'

const ownRoutesOnly: ListedTests = {
  reason:
    'a function knows its own methods: what else a path answers is known to api, and to what routes to them',
  tests: [/ is 405 with Allow$/],
}
const noHealth: ListedTests = {
  reason: 'only api opens everything, and so can say how everything is',
  tests: ['GET /healthz names the stores and the scanner'],
}

const behindRouter: ListedTests = {
  reason: 'the router in front of the functions reads requests itself, and routes by path only',
  tests: [/HTTP\/1\.0 /, /^an unparsable request is 400/, /^answers OPTIONS \*/],
}

describeApi(
  'the functions of the image, each in a separate process',
  (env = {}) => startFunctions(env),
  {
    token: localToken,
    configurable: true,
    looksIntoArchives: false,
    ownStorage: true,
    restartable: false,
    // Each function opens only the stores that its routes need.
    essential: [
      uploadCases,
      updateCases,
      deleteCases,
      sessionCases,
      previewCases,
      ownStorageCases,
      httpCases,
      mcpProtocolCases,
    ],
    differences: [ownRoutesOnly, noHealth, behindRouter],
  },
)

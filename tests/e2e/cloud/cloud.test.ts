import { afterAll, beforeAll, describe } from 'vitest'
import { skipWithoutClamd, startClamd, type TestClamd } from '../../support/clamd/clamd.ts'
import { mcpChangeCases } from '../cases/agents/changes.ts'
import { mcpReadCases } from '../cases/agents/reads.ts'
import { mcpWriteCases } from '../cases/agents/writes.ts'
import { concurrencyCases } from '../cases/changes/concurrency.ts'
import { deleteCases } from '../cases/changes/delete.ts'
import { updateCases } from '../cases/changes/update.ts'
import { signedCases } from '../cases/reads/signed.ts'
import { resumableCases } from '../cases/uploads/resumable.ts'
import { archiveCases, scanCases } from '../cases/uploads/scan.ts'
import { startCloud } from './cloud-server.ts'
import { emulatorDifferences } from './cloud-emulators.ts'
import { listsFor } from '../../emulators/storage/external/skip-missing.ts'
import { hubDifferences } from '../firebase/firebase-server.ts'
import { signatures } from './cloud-stand-ins.ts'
import { describeApi } from '../suite.ts'
import { localToken } from '../support/target.ts'

const differences = await emulatorDifferences('api')

/** The functions of the cloud: `api` and `scan` of the image with Firestore and Cloud Storage. */
describe.skipIf(skipWithoutClamd)('the cloud functions with stand-in services', () => {
  let clamd: TestClamd | undefined
  beforeAll(async () => {
    clamd = await startClamd()
  })
  afterAll(() => clamd?.[Symbol.asyncDispose]())
  const start = (env?: Record<string, string>) =>
    startCloud({
      CLAMAV_SERVICE_HOST: clamd?.host ?? '',
      CLAMAV_SERVICE_PORT: `${clamd?.port}`,
      ...env,
    })
  describeApi('api of the image', start, {
    token: localToken,
    configurable: true,
    looksIntoArchives: true,
    ownStorage: false,
    restartable: false,
    // Firestore, Cloud Storage and its events take the place of SQLite, the disk and a queue.
    essential: [
      scanCases,
      archiveCases,
      resumableCases,
      signedCases,
      concurrencyCases,
      updateCases,
      deleteCases,
      mcpReadCases,
      mcpWriteCases,
      mcpChangeCases,
    ],
    differences: [signatures, ...differences],
    possibleDifferences: [...listsFor('api'), ...hubDifferences],
  })
})

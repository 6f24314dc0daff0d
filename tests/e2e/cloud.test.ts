import { afterAll, beforeAll, describe } from 'vitest'
import { skipWithoutClamd, startClamd, type TestClamd } from '../support/clamd.ts'
import { anonymousCases } from './cases/anonymous.ts'
import { concurrencyCases } from './cases/concurrency.ts'
import { conditionalCases } from './cases/conditional.ts'
import { contentCases } from './cases/content.ts'
import { deleteCases } from './cases/delete.ts'
import { listCases } from './cases/list.ts'
import { preconditionCases } from './cases/preconditions.ts'
import { rangeCases } from './cases/ranges.ts'
import { scanCases } from './cases/scan.ts'
import { sessionCases } from './cases/sessions.ts'
import { tenancyCases } from './cases/tenancy.ts'
import { typeCases } from './cases/types.ts'
import { updateCases } from './cases/update.ts'
import { uploadCases } from './cases/upload.ts'
import { startCloud } from './cloud-server.ts'
import { withServer } from './suite.ts'
import { localToken } from './target.ts'

/**
 * The functions as in the cloud: `api` and `scan` under the Functions Framework, over Firestore and Cloud Storage. What
 * is left out asks for what Cloud Storage or Express answers themselves: links, resumable sessions, malformed requests.
 */
describe.skipIf(skipWithoutClamd)('the functions of the cloud, over stand-ins', () => {
  let clamd: TestClamd | undefined
  beforeAll(async () => {
    clamd = await startClamd()
  })
  afterAll(() => clamd?.[Symbol.asyncDispose]())
  const start = () =>
    startCloud({
      CLAMAV_SERVICE_HOST: clamd?.host ?? '',
      CLAMAV_SERVICE_PORT: `${clamd?.port}`,
    })
  withServer({ start, token: localToken }, {}, [
    uploadCases,
    typeCases,
    contentCases,
    rangeCases,
    conditionalCases,
    preconditionCases,
    (api) => scanCases(api, { looksIntoArchives: true }),
    listCases,
    updateCases,
    deleteCases,
    sessionCases,
    tenancyCases,
    anonymousCases,
    concurrencyCases,
  ])
})

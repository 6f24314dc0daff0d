import { afterAll, beforeAll, describe } from 'vitest'
import { apiOf } from './api.ts'
import { anonymousCases } from './cases/anonymous.ts'
import { concurrencyCases } from './cases/concurrency.ts'
import { conditionalCases } from './cases/conditional.ts'
import { contentCases } from './cases/content.ts'
import { corsCases, corsOrigin } from './cases/cors.ts'
import { deleteCases } from './cases/delete.ts'
import { hostileJsonCases } from './cases/hostile-json.ts'
import { hostilePathCases } from './cases/hostile-paths.ts'
import { hostileUploadCases } from './cases/hostile-uploads.ts'
import { httpCases } from './cases/http.ts'
import { lifecycleCases } from './cases/lifecycle.ts'
import { listCases } from './cases/list.ts'
import { preconditionCases } from './cases/preconditions.ts'
import { quotaCases } from './cases/quota.ts'
import { rangeCases } from './cases/ranges.ts'
import { resumableCases } from './cases/resumable.ts'
import { scanCases } from './cases/scan.ts'
import { sessionCases } from './cases/sessions.ts'
import { signedCases } from './cases/signed.ts'
import { tenancyCases } from './cases/tenancy.ts'
import { typeCases } from './cases/types.ts'
import { updateCases } from './cases/update.ts'
import { uploadCases } from './cases/upload.ts'
import type { Api } from './api.ts'
import type { Server, Target } from './target.ts'

type Cases = (api: Api) => void

const everywhere: Cases[] = [
  uploadCases,
  typeCases,
  contentCases,
  rangeCases,
  conditionalCases,
  preconditionCases,
  listCases,
  updateCases,
  deleteCases,
  sessionCases,
  resumableCases,
  signedCases,
  tenancyCases,
  httpCases,
  hostilePathCases,
  hostileUploadCases,
  hostileJsonCases,
  anonymousCases,
  concurrencyCases,
]

/** A service with limits small enough to reach, that may be stopped in between. */
const narrow = { MAX_FILE_SIZE_MB: '1', WORKSPACE_QUOTA_MB: '2', CORS_ORIGINS: corsOrigin }
const narrowly: Cases[] = [quotaCases, corsCases, lifecycleCases]

/** The contract, seen from outside. Speaks HTTP to whatever `start` answers, and knows nothing else of it. */
export function describeApi(name: string, start: Target['start'], target: Omit<Target, 'start'>) {
  describe(`the API of ${name}`, () => {
    describe('as it is', () => {
      const scanner = { looksIntoArchives: target.looksIntoArchives }
      withServer({ ...target, start }, {}, [...everywhere, (api) => scanCases(api, scanner)])
    })
    describe.runIf(target.configurable)('with narrow limits', () => {
      withServer({ ...target, start }, narrow, narrowly)
    })
  })
}

/** Runs cases against one server that starts before them and ends after them. */
export function withServer(
  target: Pick<Target, 'start' | 'token'>,
  env: Record<string, string>,
  cases: Cases[],
): void {
  let server: Server | undefined
  beforeAll(async () => {
    server = await target.start(env)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })
  const api = apiOf(target, () => {
    if (server === undefined) throw new Error('the server runs only while tests do')
    return server
  })
  for (const describeCases of cases) describeCases(api)
}

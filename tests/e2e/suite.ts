import { afterAll, beforeAll, beforeEach, describe, expect, type RunnerTestSuite } from 'vitest'
import { apiOf, type Api } from './api.ts'
import { anonymousCases } from './cases/anonymous.ts'
import { concurrencyCases } from './cases/concurrency.ts'
import { conditionalCases } from './cases/conditional.ts'
import { contentCases } from './cases/content.ts'
import { corsCases, corsOrigin } from './cases/cors.ts'
import { deleteCases } from './cases/delete.ts'
import { formCases } from './cases/forms.ts'
import { hostileJsonCases } from './cases/hostile-json.ts'
import { hostilePathCases } from './cases/hostile-paths.ts'
import { hostileUploadCases } from './cases/hostile-uploads.ts'
import { httpCases } from './cases/http.ts'
import { importCases } from './cases/imports.ts'
import { lifecycleCases } from './cases/lifecycle.ts'
import { listCases } from './cases/list.ts'
import { ownStorageCases } from './cases/own-storage.ts'
import { preconditionCases } from './cases/preconditions.ts'
import { previewCases } from './cases/preview.ts'
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
import type { Difference, Server, Target } from './target.ts'

type Cases = (api: Api) => void

const everywhere: Cases[] = [
  uploadCases,
  formCases,
  typeCases,
  contentCases,
  rangeCases,
  conditionalCases,
  preconditionCases,
  listCases,
  updateCases,
  deleteCases,
  sessionCases,
  previewCases,
  importCases,
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

/** A service with limits small enough to reach. */
const narrow = { MAX_FILE_SIZE_MB: '1', WORKSPACE_QUOTA_MB: '2', CORS_ORIGINS: corsOrigin }

/** The contract of the API, tested only over HTTP against the server of `start`. */
export function describeApi(name: string, start: Target['start'], target: Omit<Target, 'start'>) {
  const { looksIntoArchives, ownStorage, restartable, configurable, differences = [] } = target
  describe(`the API of ${name}`, () => {
    skipDifferences(differences)
    describe('with default limits', () => {
      const cases = [...everywhere, (api: Api) => scanCases(api, { looksIntoArchives })]
      withServer({ ...target, start }, {}, ownStorage ? [...cases, ownStorageCases] : cases)
    })
    describe.runIf(configurable)('with narrow limits', () => {
      const cases = [quotaCases, corsCases]
      withServer({ ...target, start }, narrow, restartable ? [...cases, lifecycleCases] : cases)
    })
  })
}

/** Skips the tests named by differences, with the reason. A difference must name an existing test. */
function skipDifferences(differences: readonly Difference[]): void {
  let unchecked = differences.flatMap(({ tests }) => tests)
  beforeEach(({ task, skip }) => {
    if (unchecked.length > 0) {
      const names = testNames(task.file)
      const unknown = unchecked.filter((test) => !names.some((name) => isAbout(test, name)))
      expect(unknown, 'differences that are about no test').toEqual([])
      unchecked = []
    }
    const difference = differences.find(({ tests }) =>
      tests.some((test) => isAbout(test, task.name)),
    )
    if (difference) skip(difference.reason)
  })
}

function isAbout(test: string | RegExp, name: string): boolean {
  return typeof test === 'string' ? test === name : test.test(name)
}

function testNames(suite: Readonly<RunnerTestSuite>): string[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testNames(task) : [task.name]))
}

/** Runs cases against one server. */
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

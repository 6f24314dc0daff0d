import { afterAll, beforeAll, describe } from 'vitest'
import { skipListed } from '../support/skip-listed.ts'
import { apiOf, type Api } from './support/api.ts'
import { documentFetch } from './support/documented.ts'
import { anonymousCases } from './cases/access/anonymous.ts'
import { conflictCases } from './cases/uploads/conflicts.ts'
import { concurrencyCases } from './cases/changes/concurrency.ts'
import { conditionalCases } from './cases/reads/conditional.ts'
import { contentCases } from './cases/reads/content.ts'
import { corsCases, corsOrigin } from './cases/protocol/cors.ts'
import { deleteCases } from './cases/changes/delete.ts'
import { eventListCases } from './cases/events/list.ts'
import { eventStreamCases } from './cases/events/stream.ts'
import { folderArchiveCases } from './cases/folders/archive.ts'
import { folderOperationCases } from './cases/folders/operations.ts'
import { folderListCases } from './cases/folders/list.ts'
import { formCases } from './cases/uploads/forms.ts'
import { hostileJsonCases } from './cases/protocol/hostile-json.ts'
import { hostilePathCases } from './cases/protocol/hostile-paths.ts'
import { hostileUploadCases } from './cases/protocol/hostile-uploads.ts'
import { httpCases } from './cases/protocol/http.ts'
import { idempotencyCases } from './cases/uploads/idempotency.ts'
import { importCases } from './cases/uploads/imports.ts'
import { lifecycleCases } from './cases/changes/lifecycle.ts'
import { listCases } from './cases/reads/list.ts'
import { mcpProtocolCases } from './cases/agents/protocol.ts'
import { mcpChangeCases } from './cases/agents/changes.ts'
import { mcpReadCases } from './cases/agents/reads.ts'
import { mcpDocumentCases } from './cases/agents/documents.ts'
import { mcpPictureCases } from './cases/agents/pictures.ts'
import { mcpResourceCases } from './cases/agents/resources.ts'
import { mcpSearchCases } from './cases/agents/search.ts'
import { mcpWriteCases } from './cases/agents/writes.ts'
import { modifiedCases } from './cases/reads/modified.ts'
import { recordCases } from './cases/reads/records.ts'
import { ownStorageCases } from './cases/reads/own-storage.ts'
import { preconditionCases } from './cases/uploads/preconditions.ts'
import { previewCases } from './cases/reads/preview.ts'
import { quotaCases } from './cases/uploads/quota.ts'
import { rangeCases } from './cases/reads/ranges.ts'
import { resumableCases } from './cases/uploads/resumable.ts'
import { archiveCases, scanCases } from './cases/uploads/scan.ts'
import { sessionCases } from './cases/changes/sessions.ts'
import { severalFilesCases } from './cases/uploads/several-files.ts'
import { fileLinkCases } from './cases/shares/file-link.ts'
import { folderLinkCases } from './cases/shares/folder-link.ts'
import { shareOwnerCases } from './cases/shares/owner.ts'
import { signedCases } from './cases/reads/signed.ts'
import { tenancyCases } from './cases/access/tenancy.ts'
import { typeCases } from './cases/uploads/types.ts'
import { versionCases } from './cases/changes/versions.ts'
import { updateCases } from './cases/changes/update.ts'
import { uploadCases } from './cases/uploads/upload.ts'
import type { Server, Target } from './support/target.ts'

type Cases = (api: Api) => void

const everywhere: Cases[] = [
  uploadCases,
  formCases,
  severalFilesCases,
  typeCases,
  contentCases,
  rangeCases,
  conditionalCases,
  preconditionCases,
  conflictCases,
  listCases,
  recordCases,
  modifiedCases,
  updateCases,
  deleteCases,
  sessionCases,
  folderListCases,
  folderOperationCases,
  folderArchiveCases,
  eventListCases,
  eventStreamCases,
  versionCases,
  previewCases,
  scanCases,
  importCases,
  resumableCases,
  idempotencyCases,
  signedCases,
  shareOwnerCases,
  fileLinkCases,
  folderLinkCases,
  tenancyCases,
  httpCases,
  hostilePathCases,
  hostileUploadCases,
  hostileJsonCases,
  anonymousCases,
  concurrencyCases,
  mcpProtocolCases,
  mcpReadCases,
  mcpWriteCases,
  mcpChangeCases,
  mcpResourceCases,
  mcpSearchCases,
  mcpPictureCases,
  mcpDocumentCases,
]

/** A service with limits small enough to reach. */
const narrow = { MAX_FILE_SIZE_MB: '1', WORKSPACE_QUOTA_MB: '2', CORS_ORIGINS: corsOrigin }

interface Platform extends Target {
  /**
   * The cases that show what differs on the platform, and those that only it has. `npm test` runs only these,
   * `npm run test:platforms` all. Default: all in both.
   */
  essential?: Cases[]
}

/** The contract of the API, tested only over HTTP against the server of `start`. */
export function describeApi(
  name: string,
  start: Target['start'],
  options: Omit<Platform, 'start'>,
): void {
  const isPart = options.essential !== undefined && process.env['PLATFORM_CASES'] === 'essential'
  const describeCases = isPart ? describeEssential : describeAll
  describeCases(name, { ...options, start })
}

function describeEssential(name: string, platform: Platform): void {
  const { essential = [], differences = [] } = platform
  describe(`the essential API of ${name}`, () => {
    skipListed(differences, { checkNames: false })
    withServer(platform, {}, essential)
  })
}

function describeAll(name: string, platform: Platform): void {
  const { looksIntoArchives, ownStorage, restartable, configurable } = platform
  const { essential = [], differences = [], possibleDifferences } = platform
  describe(`the API of ${name}`, () => {
    skipListed(differences, { known: possibleDifferences })
    describe('with default limits', () => {
      const cases = new Set([...everywhere, ...essential])
      if (looksIntoArchives) cases.add(archiveCases)
      if (ownStorage) cases.add(ownStorageCases)
      withServer(platform, {}, [...cases])
    })
    describe.runIf(configurable)('with narrow limits', () => {
      const cases = [quotaCases, corsCases]
      withServer(platform, narrow, restartable ? [...cases, lifecycleCases] : cases)
    })
  })
}

/** Runs cases against one server. */
export function withServer(
  target: Pick<Target, 'start' | 'token'>,
  env: Record<string, string>,
  cases: Cases[],
): void {
  let server: Server | undefined
  let checked: Disposable | undefined
  beforeAll(async () => {
    server = await target.start(env)
    checked = documentFetch(() => server?.url)
  })
  afterAll(async () => {
    checked?.[Symbol.dispose]()
    await server?.[Symbol.asyncDispose]()
  })
  const api = apiOf(target, () => {
    if (server === undefined) throw new Error('the server runs only while tests do')
    return server
  })
  for (const describeCases of cases) describeCases(api)
}

import { Hono, type Context } from 'hono'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { answerOutcome } from '../shared/http/file-answer.ts'
import { formFields, isForm } from '../shared/http/body/form-fields.ts'
import { idleSeconds } from '../shared/http/body/body.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { chosenNormalization } from '../shared/api/normalization.ts'
import { importBody, importForm, type ImportFields } from '../shared/api/requests/uploads.ts'
import { parsed } from '../shared/api/parsed.ts'
import { uploadTarget } from '../shared/api/upload-fields.ts'
import { isRemote } from '../shared/workspace/open-source.ts'
import { invalid } from '../shared/model/errors.ts'
import type { Background } from '../shared/http/background.ts'
import { waitSeconds } from '../shared/http/request-options.ts'
import {
  openConcurrencyLimiter,
  tooManyImports,
} from '../shared/concurrency/concurrency-limiter.ts'
import { importAndWait } from '../shared/workspace/import-and-wait.ts'
import type { SourceFile } from '../shared/workspace/import.ts'
import { parseName } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'

type ImportPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'sources' | 'renderer' | 'now' | 'newId' | 'limits'
>

/** The whole data URI is in memory, so larger files must use `POST /files`. */
const maxBodyBytes = 4 * 1024 * 1024

/** Concurrent imports of one user. */
const maxImports = 32

/**
 * `POST /imports`: copies a URL, a data URI, a `workspace://` reference or a `gcs://` object into the workspace. With a
 * `background`, a request whose wait ends before the bytes have arrived is answered 202, and the import continues. Without one
 * the answer waits for the bytes, because Cloud Run may give an instance no CPU between requests.
 */
export const importRoutes = (ports: ImportPorts, background?: Background) => {
  const inFlight = openConcurrencyLimiter({ perUser: maxImports, refusal: tooManyImports })
  return new Hono<AppEnv>().post('/imports', allow('files:write'), async (c) => {
    const caller = c.get('caller')
    const wait = waitSeconds(c)
    // Enters before reading the body, because a data URI uses memory from its first byte.
    using entered = new DisposableStack()
    entered.use(inFlight.enter(caller.workspaceId))
    const { source, name, normalize, maxWidth, maxHeight, ...fields } = await importFields(c)
    if (!isRemote(source)) throw localPath()
    if (name !== undefined) parseName(name)
    const normalization = chosenNormalization({ normalize, maxWidth, maxHeight })

    const transfer = entered.move()
    const request = {
      source,
      normalization,
      target: (file: SourceFile) =>
        uploadTarget(
          caller,
          {
            ...fields,
            metadata: fields.metadata ?? file.metadata,
            origin: fields.origin ?? file.origin,
          },
          { name: () => name ?? file.name, mimeType: file.mimeType },
        ),
    }
    const outcome = await importAndWait(ports, caller, request, {
      seconds: wait,
      signal: c.req.raw.signal,
      onTransferred: () => transfer.dispose(),
      ...(background && {
        detach: (importing, { id }) => background.add(importing, `The import of file ${id}`),
      }),
    })
    return answerOutcome(c, outcome)
  })
}

async function importFields(c: Context<AppEnv>): Promise<ImportFields> {
  if (!isForm(c)) return jsonBody(c, importBody, { maxBytes: maxBodyBytes, idleSeconds })
  return parsed(importForm, await formFields(c, { isKnown: isFormField, maxBytes: maxBodyBytes }))
}

function isFormField(name: string): boolean {
  return Object.hasOwn(importForm.shape, name)
}

/** Local paths exist only in the library, inside the directory of an execution. */
function localPath() {
  return invalid(
    'source',
    'must be a URL, a data URI, a workspace:// reference or a gcs:// object; a local path is not accepted, so upload the file',
  )
}

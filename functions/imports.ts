import { Hono, type Context } from 'hono'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { answerCreated, answerUpload } from '../shared/http/file-answer.ts'
import { formFields, isForm } from '../shared/http/body/form-fields.ts'
import { idleSeconds } from '../shared/http/body/body.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { chosenNormalization } from '../shared/api/normalization.ts'
import { importBody, importForm, type ImportFields } from '../shared/api/requests/uploads.ts'
import { parsed } from '../shared/api/parsed.ts'
import { uploadTarget } from '../shared/api/upload-fields.ts'
import { isRemote } from '../shared/workspace/open-source.ts'
import { invalid } from '../shared/model/errors.ts'
import type { PendingFile } from '../shared/model/file.ts'
import type { Background } from '../shared/http/background.ts'
import { waitSeconds } from '../shared/http/request-options.ts'
import { openConcurrencyLimiter } from '../shared/concurrency/concurrency-limiter.ts'
import { importFile, type ImportRequest } from '../shared/workspace/import.ts'
import { parseName } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { awaitOwnVerdict } from '../shared/workspace/upload/upload.ts'

type ImportPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'sources' | 'renderer' | 'now' | 'newId' | 'limits'
>

/** A data URI is held in memory, so larger files must use `POST /files`. */
const maxBodyBytes = 4 * 1024 * 1024

/** Concurrent imports of one user. */
const maxImports = 32

/**
 * `POST /imports`: copies a URL, a data URI, a `workspace://` reference or a `gcs://` object into the workspace. With a
 * `background`, a request whose wait ends before the bytes have arrived is answered 202, and the import continues. Without one
 * the answer waits for the bytes, because Cloud Run may give an instance no CPU between requests.
 */
export const importRoutes = (ports: ImportPorts, background?: Background) => {
  const inFlight = openConcurrencyLimiter(maxImports)
  return new Hono<AppEnv>().post('/imports', allow('files:write'), async (c) => {
    const caller = c.get('caller')
    const wait = waitSeconds(c)
    // Before the body is read, because a data URI takes memory from its first byte.
    using entered = new DisposableStack()
    entered.use(inFlight.enter(caller.workspaceId))
    const { source, name, normalize, maxWidth, maxHeight, ...fields } = await importFields(c)
    if (!isRemote(source)) throw localPath()
    if (name !== undefined) parseName(name)
    const normalization = chosenNormalization({ normalize, maxWidth, maxHeight })

    const startedAt = performance.now()
    const left = () => Math.max(0, wait - (performance.now() - startedAt) / 1000)
    const reserved = Promise.withResolvers<PendingFile>()
    const client = c.req.raw.signal
    const stop = new AbortController()
    const abort = () => stop.abort(client.reason)
    client.addEventListener('abort', abort, { once: true })
    if (client.aborted) abort()
    const request: ImportRequest = {
      source,
      normalization,
      target: (file) =>
        uploadTarget(
          caller,
          {
            ...fields,
            metadata: fields.metadata ?? file.metadata,
            origin: fields.origin ?? file.origin,
          },
          { name: () => name ?? file.name, mimeType: file.mimeType },
        ),
      onReserved: reserved.resolve,
      signal: stop.signal,
    }
    const held = entered.move()
    const importing = importFile(ports, caller, request).finally(() => held.dispose())

    const waiting = background && answeredBefore(reserved.promise, left)
    const first = await Promise.race([importing, ...(waiting ? [waiting] : [])])
    if ('isContinued' in first) {
      client.removeEventListener('abort', abort)
      const { id, workspaceId } = first.file
      // Deletes the bytes of a file that was deleted during the import.
      const kept = importing.then((file) => awaitOwnVerdict(ports, file, { seconds: 0 }))
      background?.add(kept, `The import of file ${id}`)
      c.set('uploaded', true)
      return answerCreated(c, (await ports.catalog.get(workspaceId, id)) ?? first.file)
    }
    return first.state === 'pending'
      ? answerUpload(ports, c, first, left())
      : answerCreated(c, first)
  })
}

/** Resolves to the record when the file is reserved and the wait is over. */
async function answeredBefore(reserved: Promise<PendingFile>, left: () => number) {
  const file = await reserved
  await new Promise((resolve) => setTimeout(resolve, left() * 1000).unref())
  return { isContinued: true as const, file }
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
    'must be a URL, a data URI, a workspace:// reference or a gcs:// object; a local path names nothing here, so upload the file',
  )
}

import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { answerCreated, answerUpload } from '../shared/http/file-answer.ts'
import { formFields, isForm } from '../shared/http/body/form-fields.ts'
import { idleSeconds } from '../shared/http/body/body.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import {
  chosenNormalization,
  normalizationShape,
  normalizationTextShape,
} from '../shared/api/normalization.ts'
import { parsed } from '../shared/api/parsed.ts'
import { waitSeconds } from '../shared/http/prefer.ts'
import { metadataSchema } from '../shared/api/metadata-schema.ts'
import { uploadTarget, uploadTextSchema } from '../shared/api/upload-fields.ts'
import { isRemote } from '../shared/workspace/open-source.ts'
import { invalid } from '../shared/model/errors.ts'
import { originSchema, type PendingFile } from '../shared/model/file.ts'
import { importFile, type ImportRequest } from '../shared/workspace/import.ts'
import { parseName } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { awaitOwnVerdict } from '../shared/workspace/upload/upload.ts'
import type { Background } from './host/background.ts'
import { openConcurrencyLimiter } from './host/concurrency-limiter.ts'

type ImportPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'sources' | 'renderer' | 'now' | 'newId' | 'limits'
>

/** A data URI is held in memory as it is: larger files are for `POST /files`. */
const maxBodyBytes = 4 * 1024 * 1024

/** Of one user at once. */
const maxImports = 32

const jsonSchema = z.strictObject({
  source: z.string(),
  name: z.string().optional(),
  path: z.string().optional(),
  session: z.string().optional(),
  overwrite: z.boolean().optional(),
  metadata: metadataSchema.optional(),
  origin: originSchema.optional(),
  ...normalizationShape,
})
const formSchema = z.object({
  source: z.string(),
  name: z.string().optional(),
  ...uploadTextSchema.shape,
  ...normalizationTextShape,
})

/**
 * `POST /imports`: copies a URL, a data URI, a `workspace://` reference or a `gcs://` object into the workspace. With a
 * background, a wait that ends before the bytes are in is answered by 202, and the import goes on; without one, where an
 * instance may get no time between requests (Cloud Run), the answer waits for the bytes.
 */
export const importRoutes = (ports: ImportPorts, background?: Background) => {
  const underway = openConcurrencyLimiter(maxImports)
  return new Hono<AppEnv>().post('/imports', allow('files:write'), async (c) => {
    const caller = c.get('caller')
    const wait = waitSeconds(c)
    // Before the body: a data URI takes memory from its first byte on.
    using entered = new DisposableStack()
    entered.use(underway.enter(caller.workspaceId))
    const { source, name, normalize, maxWidth, maxHeight, ...fields } = await importFields(c)
    if (!isRemote(source)) throw localPath()
    if (name !== undefined) parseName(name)
    const normalization = chosenNormalization({ normalize, maxWidth, maxHeight })

    const startedAt = performance.now()
    const left = () => Math.max(0, wait - (performance.now() - startedAt) / 1000)
    const reserved = Promise.withResolvers<PendingFile>()
    const client = c.req.raw.signal
    const stop = new AbortController()
    const giveUp = () => stop.abort(client.reason)
    client.addEventListener('abort', giveUp, { once: true })
    if (client.aborted) giveUp()
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
    if ('isUnderway' in first) {
      client.removeEventListener('abort', giveUp)
      const { id, workspaceId } = first.file
      // What was deleted while it came goes as soon as it is here.
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

/** The record, once it is there and the wait is over. */
async function answeredBefore(reserved: Promise<PendingFile>, left: () => number) {
  const file = await reserved
  await new Promise((resolve) => setTimeout(resolve, left() * 1000).unref())
  return { isUnderway: true as const, file }
}

async function importFields(c: Context<AppEnv>): Promise<z.output<typeof jsonSchema>> {
  if (!isForm(c)) return jsonBody(c, jsonSchema, { maxBytes: maxBodyBytes, idleSeconds })
  const isKnown = (name: string) => Object.hasOwn(formSchema.shape, name)
  return parsed(formSchema, await formFields(c, { isKnown, maxBytes: maxBodyBytes }))
}

/** A client of the service has no execution, and so no directory of one. */
function localPath() {
  return invalid(
    'source',
    'must be a URL, a data URI, a workspace:// reference or a gcs:// object; a local path names nothing here, so upload the file',
  )
}

import { Hono, type Context } from 'hono'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { bodyStream, declaredLength } from '../shared/http/body/body.ts'
import { parseWritePreconditions } from '../shared/http/protocol/conditional.ts'
import { expectedChecksum } from '../shared/http/protocol/digest.ts'
import { resultOf } from '../shared/http/body/form-files.ts'
import { answerFiles } from '../shared/http/files-answer.ts'
import { answerOutcome, locationOf } from '../shared/http/file-answer.ts'
import { fileView } from '../shared/api/file-view.ts'
import { parseMultipart } from '../shared/http/body/multipart.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { parseQuery } from '../shared/http/query.ts'
import { absoluteUrl, pathAfter } from '../shared/http/target.ts'
import { idempotencyKey, normalizationOf, waitSeconds } from '../shared/http/request-options.ts'
import { openUploadBody } from '../shared/api/requests/uploads.ts'
import { mergeFields, uploadTarget, uploadTextSchema } from '../shared/api/upload-fields.ts'
import { parsed } from '../shared/api/parsed.ts'
import { instantSchema } from '../shared/api/text-fields.ts'
import { parseEssence } from '../shared/media/essence.ts'
import {
  chosenConflict,
  type ConflictFields,
  type OnConflict,
} from '../shared/model/conflict/on-conflict.ts'
import { invalid } from '../shared/model/errors.ts'
import { normalizedBody } from '../shared/workspace/normalize.ts'
import { nameOf, parseName, parsePath } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { openUpload } from '../shared/workspace/upload/open-upload.ts'
import { uploadAndWait } from '../shared/workspace/upload/upload-and-wait.ts'

type UploadPorts = Pick<Ports, 'catalog' | 'blobs' | 'renderer' | 'now' | 'newId' | 'limits'>

const unknownType = 'application/octet-stream'

/**
 * `POST /files` and `PUT /content/{path}` receive the bytes of a file. `POST /uploads` opens a resumable upload, which sends the
 * bytes directly to the storage.
 */
export const uploadRoutes = (ports: UploadPorts) =>
  new Hono<AppEnv>()
    .post('/files', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const query = parseQuery(c, uploadTextSchema)
      const wait = { seconds: waitSeconds(c), signal: c.req.raw.signal }
      const normalization = normalizationOf(c)
      const inOrder = orderedReservations()
      const [first, ...others] = await parseMultipart(c, ({ name, mimeType, body, fields }) => {
        const turn = inOrder()
        const target = turn.begins.then(async () => {
          if (turn.isLater && query.path !== undefined) throw onePath()
          return uploadTarget(caller, mergeFields(query, await fields), { name, mimeType })
        })
        // An upload that fails before it awaits the target must not leave an unhandled rejection of a bad form.
        target.catch(() => undefined)
        const stored = normalization ? normalizedBody(ports, body, normalization) : body
        const request = { name: labelOf(name), mimeType, body: stored, target }
        const uploading = uploadAndWait(ports, caller, { ...request, onReserved: turn.end }, wait)
        return uploading.finally(turn.end)
      })
      if (first === undefined) throw new Error('A form without a file is refused')
      return others.length > 0
        ? answerFiles(c, [first, ...others])
        : answerOutcome(c, resultOf(first))
    })
    .put('/content/*', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const query = withModifiedAt(
        c,
        parseQuery(c, uploadTextSchema.omit({ path: true, session: true })),
      )
      const path = parsePath(pathAfter(c, 'content'))
      // The type is only a hint for the detection from the bytes, so a malformed one is ignored.
      const mimeType = parseEssence(c.req.header('Content-Type') ?? '') ?? unknownType
      if (c.req.header('Content-Range') !== undefined) throw partialUpload()
      const sizeBytes = declaredLength(c)
      const wait = { seconds: waitSeconds(c), signal: c.req.raw.signal }
      const normalization = normalizationOf(c)
      const preconditions = parseWritePreconditions((name) => c.req.header(name))
      const onConflict = conflictOf(query, preconditions)
      const body = bodyStream(c, { checksum: expectedChecksum((name) => c.req.header(name)) })
      const request = {
        name: nameOf(path),
        mimeType,
        body: normalization ? normalizedBody(ports, body, normalization) : body,
        target: {
          ...uploadTarget(caller, { ...query, onConflict, path }, { mimeType }),
          ...preconditions,
        },
        // A normalized image has another size.
        ...(sizeBytes !== undefined && !normalization && { sizeBytes }),
      }
      return answerOutcome(c, await uploadAndWait(ports, caller, request, wait))
    })
    .post('/uploads', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const {
        sizeBytes,
        checksum,
        name,
        mimeType = unknownType,
        ...fields
      } = await jsonBody(c, openUploadBody)
      if (name !== undefined) parseName(name)
      const key = idempotencyKey(c)
      const browserOrigin = c.req.header('Origin')
      const { file, session } = await openUpload(ports, caller, {
        target: uploadTarget(caller, fields, { name: () => name, mimeType }),
        sizeBytes,
        ...(checksum !== undefined && { expectedChecksum: checksum }),
        ...(browserOrigin !== undefined && { browserOrigin }),
        ...(key !== undefined && { key }),
      })
      c.header('Location', locationOf(c, file))
      return c.json(
        {
          file: fileView(file),
          upload: {
            url: absoluteUrl(c, session.url),
            method: 'PUT',
            protocol: 'gcs-resumable',
            chunkMultiple: session.chunkMultiple,
            expiresAt: file.reservation.expiresAt,
          },
        },
        202,
      )
    })

/** Turns of the files of a form, so that they reserve their paths in the order of their parts. */
function orderedReservations() {
  let previous: Promise<void> | undefined
  return () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const turn = {
      isLater: previous !== undefined,
      begins: previous ?? Promise.resolve(),
      end: () => resolve(),
    }
    previous = promise
    return turn
  }
}

function onePath() {
  return invalid('path', 'names one file; with several files send it as a field before each file')
}

/** The header `Modified-At` is another way to send `modifiedAt`. */
function withModifiedAt<Query extends { modifiedAt?: string | undefined }>(
  c: Context<AppEnv>,
  query: Query,
): Query {
  const field = c.req.header('Modified-At')
  if (field === undefined) return query
  if (query.modifiedAt !== undefined) {
    throw invalid('modifiedAt', 'must be given only once, in the query or as Modified-At')
  }
  return { ...query, modifiedAt: parsed(instantSchema, field, 'Modified-At') }
}

/** `PUT` replaces by default. A condition on the file at the path contradicts another path. */
function conflictOf(query: ConflictFields, preconditions: object): OnConflict {
  const onConflict = chosenConflict(query, 'replace')
  if (onConflict !== 'rename' || Object.keys(preconditions).length === 0) return onConflict
  throw invalid(
    'onConflict',
    'must not be "rename" together with If-Match or If-None-Match; leave one of them out',
  )
}

/** The name that appears in the storage path. An unusable name is refused later, and only if no path names the file. */
function labelOf(name: () => string): string {
  try {
    return name()
  } catch {
    return 'file'
  }
}

/** Storing a part as if it were the whole file would lose the rest (RFC 9110 §14.5). */
function partialUpload() {
  return invalid(
    'Content-Range',
    'is not accepted here; send the file whole, or in parts with POST /uploads',
  )
}

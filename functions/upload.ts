import { Hono } from 'hono'
import { z } from 'zod'
import { allow } from '../shared/http/auth/allow.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import { bodyStream, declaredLength } from '../shared/http/body/body.ts'
import { parseWritePreconditions } from '../shared/http/protocol/conditional.ts'
import { expectedChecksum } from '../shared/http/protocol/digest.ts'
import { answerUpload, locationOf } from '../shared/http/file-answer.ts'
import { fileView } from '../shared/api/file-view.ts'
import { normalizationOf } from '../shared/http/normalization.ts'
import { parseMultipart } from '../shared/http/body/multipart.ts'
import { waitSeconds } from '../shared/http/prefer.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { parseQuery } from '../shared/http/query.ts'
import { absoluteUrl, contentPath } from '../shared/http/target.ts'
import { metadataSchema } from '../shared/api/metadata-schema.ts'
import { mergeFields, uploadTarget, uploadTextSchema } from '../shared/api/upload-fields.ts'
import { parseEssence } from '../shared/media/essence.ts'
import { invalid } from '../shared/model/errors.ts'
import { originSchema } from '../shared/model/file.ts'
import { normalizedBody } from '../shared/workspace/normalize.ts'
import { nameOf, parseName, parsePath } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { openUpload, upload } from '../shared/workspace/upload/upload.ts'

type UploadPorts = Pick<Ports, 'catalog' | 'blobs' | 'renderer' | 'now' | 'newId' | 'limits'>

const openUploadSchema = z.strictObject({
  name: z.string().optional(),
  path: z.string().optional(),
  sizeBytes: z.int().nonnegative(),
  mimeType: z
    .string()
    .transform(parseEssence)
    .refine((type) => type !== undefined, 'must be a media type such as image/png')
    .optional(),
  checksum: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in 64 hexadecimal digits')
    .toLowerCase()
    .optional(),
  overwrite: z.boolean().optional(),
  session: z.string().optional(),
  metadata: metadataSchema.optional(),
  origin: originSchema.optional(),
})

const unknownType = 'application/octet-stream'

/** `POST /files`, `PUT /content/{path}`, `POST /uploads`: bytes through this function, or straight into storage. */
export const uploadRoutes = (ports: UploadPorts) =>
  new Hono<AppEnv>()
    .post('/files', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const query = parseQuery(c, uploadTextSchema)
      const wait = waitSeconds(c)
      const normalization = normalizationOf(c)
      const file = await parseMultipart(c, ({ name, mimeType, body, fields }) => {
        const target = fields.then((form) =>
          uploadTarget(caller, mergeFields(query, form), { name, mimeType }),
        )
        // An upload that fails before it asks leaves nobody else to hear that the form was bad too.
        target.catch(() => undefined)
        const kept = normalization ? normalizedBody(ports, body, normalization) : body
        return upload(ports, caller, { name: labelOf(name), mimeType, body: kept, target })
      })
      return answerUpload(ports, c, file, wait)
    })
    .put('/content/*', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const query = parseQuery(c, uploadTextSchema.omit({ path: true, session: true }))
      const path = parsePath(contentPath(c))
      // A mere hint, for the bytes decide: one that makes no sense is none.
      const mimeType = parseEssence(c.req.header('Content-Type') ?? '') ?? unknownType
      if (c.req.header('Content-Range') !== undefined) throw partialUpload()
      const sizeBytes = declaredLength(c)
      const wait = waitSeconds(c)
      const normalization = normalizationOf(c)
      const preconditions = parseWritePreconditions((name) => c.req.header(name))
      const body = bodyStream(c, { checksum: expectedChecksum((name) => c.req.header(name)) })
      const file = await upload(ports, caller, {
        name: nameOf(path),
        mimeType,
        body: normalization ? normalizedBody(ports, body, normalization) : body,
        target: {
          ...uploadTarget(caller, { overwrite: true, ...query, path }, { mimeType }),
          ...preconditions,
        },
        // An image that is written anew has a size of its own.
        ...(sizeBytes !== undefined && !normalization && { sizeBytes }),
      })
      return answerUpload(ports, c, file, wait)
    })
    .post('/uploads', allow('files:write'), async (c) => {
      const caller = c.get('caller')
      const {
        sizeBytes,
        checksum,
        name,
        mimeType = unknownType,
        ...fields
      } = await jsonBody(c, openUploadSchema)
      if (name !== undefined) parseName(name)
      const browserOrigin = c.req.header('Origin')
      const { file, session } = await openUpload(ports, caller, {
        target: uploadTarget(caller, fields, { name: () => name, mimeType }),
        sizeBytes,
        ...(checksum !== undefined && { expectedChecksum: checksum }),
        ...(browserOrigin !== undefined && { browserOrigin }),
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

/** What the storage place is called after; a name that cannot be used matters only where no path names the file. */
function labelOf(name: () => string): string {
  try {
    return name()
  } catch {
    return 'file'
  }
}

/** A part stored as if it were the whole would be a loss (RFC 9110 §14.5). */
function partialUpload() {
  return invalid(
    'Content-Range',
    'is not taken here; send the file whole, or in parts with POST /uploads',
  )
}

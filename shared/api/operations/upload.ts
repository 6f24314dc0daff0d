import { z } from 'zod'
import { uploadedFilesSchema, uploadTicketSchema } from '../answers/transfers.ts'
import { normalizationTextSchema } from '../normalization.ts'
import type { Operations, RequestHeader } from '../operation.ts'
import { importBody, importForm, openUploadBody } from '../requests/uploads.ts'
import { uploadTextSchema } from '../upload-fields.ts'
import { stored } from './answers.ts'

const digests: RequestHeader[] = ['Content-Digest', 'Repr-Digest']
const refusals = [
  'digest-mismatch',
  'infected',
  'unscannable',
  'not-found',
  'gone',
  'path-taken',
  'precondition-failed',
  'quota-exceeded',
  'too-many-requests',
  'renderer-unavailable',
] as const

export const uploadOperations: Operations = {
  'POST /files': {
    id: 'uploadFile',
    summary: 'Uploads one or several files as a form.',
    description:
      'The fields stand before or after the file. Each may stand in the query instead. `overwrite=true` is another name for `onConflict=replace`. For files over 8 MiB use `POST /uploads`. Up to 100 parts may be named `file`; their fields stand before them.',
    access: 'files:write',
    query: normalizationTextSchema,
    headers: ['Prefer', ...digests],
    body: {
      content: {
        'multipart/form-data': uploadTextSchema.omit({ overwrite: true }).extend({
          file: z.string().meta({ format: 'binary' }),
        }),
      },
    },
    answers: {
      ...stored,
      207: {
        description: 'The form had several files: one entry for each.',
        content: { 'application/json': uploadedFilesSchema },
      },
    },
    problems: refusals,
    receivesBytes: true,
  },
  'PUT /content/{path}': {
    id: 'putContent',
    summary: 'Stores the body at a path.',
    description: 'Creates or replaces. Slashes in the path are not encoded.',
    access: 'files:write',
    query: uploadTextSchema
      .omit({ path: true, session: true })
      .extend(normalizationTextSchema.shape),
    headers: ['If-Match', 'If-None-Match', 'Modified-At', 'Prefer', ...digests],
    body: { content: { 'application/octet-stream': 'bytes' }, optional: true },
    answers: stored,
    problems: refusals,
    receivesBytes: true,
  },
  'POST /uploads': {
    id: 'openUpload',
    summary: 'Opens a resumable upload.',
    description:
      'The bytes go to `upload.url` by the protocol of Cloud Storage: `PUT` with `Content-Range`, answered by 308 with `Range` until the last chunk.',
    access: 'files:write',
    headers: ['Idempotency-Key'],
    body: { content: { 'application/json': openUploadBody } },
    answers: {
      202: {
        description: 'The file is reserved.',
        content: { 'application/json': uploadTicketSchema },
        headers: ['Location'],
      },
    },
    problems: ['path-taken', 'quota-exceeded', 'too-many-requests'],
  },
  'POST /imports': {
    id: 'importFile',
    summary: 'Copies a URL, a data URI, a `workspace://` reference or a `gcs://` object.',
    access: 'files:write',
    headers: ['Prefer'],
    body: { content: { 'application/json': importBody, 'multipart/form-data': importForm } },
    answers: stored,
    problems: [...refusals, 'not-scanned', 'content-missing'],
    receivesBytes: true,
  },
}

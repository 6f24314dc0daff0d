import { z } from 'zod'
import { kindSchema, originSchema, stateSchema } from '../../model/file.ts'
import { fieldsSchema } from '../file-view.ts'
import { flag, instantSchema, integer } from '../text-fields.ts'
import { maxArchiveIds } from '../../model/folders/archive-link.ts'

/** Cloud Storage signs URLs for at most seven days. */
const maxSignedUrlSeconds = 604_800

/** `GET /files` */
export const listQuery = z.object({
  prefix: z.string().optional(),
  delimiter: z.literal('/', 'must be "/"').optional(),
  session: z.string().optional(),
  allSessions: flag.optional(),
  state: stateSchema.optional(),
  origin: originSchema.optional(),
  q: z.string().optional(),
  kind: kindSchema.optional(),
  createdAfter: instantSchema.optional(),
  createdBefore: instantSchema.optional(),
  modifiedAfter: instantSchema.optional(),
  modifiedBefore: instantSchema.optional(),
  fields: fieldsSchema.optional(),
  deleted: flag.optional(),
  sort: z.enum(['created', 'path']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  limit: integer(1, 1000).default(200),
  cursor: z.string().optional(),
  offset: integer(0, Number.MAX_SAFE_INTEGER).optional(),
  total: flag.optional(),
})

/** `GET /files/{id}/versions` */
export const versionsQuery = z.object({
  limit: integer(1, 1000).default(200),
  cursor: z.string().optional(),
})

/** `GET /folders` */
export const foldersQuery = z.object({
  prefix: z.string().optional(),
  session: z.string().optional(),
  limit: integer(1, 1000).default(200),
  cursor: z.string().optional(),
})

/** `GET /files/{id}/content`, `GET /content/{path}` */
export const contentQuery = z.object({ inline: flag.default(false) })

/** `GET /archive`: a folder, or ids separated by commas. `expiresIn` is in seconds, for a link. */
export const archiveQuery = z.object({
  prefix: z.string().optional(),
  ids: z
    .string()
    .transform((text) => text.split(','))
    .refine((ids) => ids.length <= maxArchiveIds, {
      error: `must be at most ${maxArchiveIds} ids; request a folder instead`,
    })
    .optional(),
  session: z.string().optional(),
  expiresIn: integer(1, maxSignedUrlSeconds).optional(),
})

/** `GET /files/{id}/download`; `expiresIn` is in seconds. */
export const downloadQuery = z.object({
  expiresIn: integer(1, maxSignedUrlSeconds).optional(),
  inline: flag.default(false),
})

/** `GET /files/{id}/preview`: the width of a picture in pixels, the bytes of a text. `as=text` asks for the text of a document. */
export const previewQuery = z.object({
  as: z.literal('text').optional(),
  w: integer(16, 1024).default(400),
  bytes: integer(1, 64 * 1024).default(4096),
})

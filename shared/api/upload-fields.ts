import { z } from 'zod'
import { resolvePath, type Caller } from '../model/access.ts'
import {
  chosenConflict,
  onConflictSchema,
  type ConflictFields,
} from '../model/conflict/on-conflict.ts'
import { invalid } from '../model/errors.ts'
import { originSchema, type Metadata } from '../model/file.ts'
import { parseName, parseSessionId } from '../model/path.ts'
import type { UploadTarget } from '../model/reservation.ts'
import { metadataTextSchema } from './metadata-schema.ts'
import { parsed } from './parsed.ts'
import { flag, instantSchema } from './text-fields.ts'

/** The optional fields of every kind of upload, parsed. */
export interface UploadFields extends ConflictFields {
  path?: string | undefined
  session?: string | undefined
  metadata?: Metadata | undefined
  origin?: UploadTarget['origin'] | undefined
  modifiedAt?: string | undefined
}

/** The upload fields as text, for forms and query parameters. */
export const uploadTextSchema = z.object({
  path: z
    .string()
    .optional()
    .meta({ examples: ['/reports/q3.pdf'] }),
  session: z
    .string()
    .optional()
    .meta({ examples: ['run-1'] }),
  overwrite: flag.optional(),
  onConflict: onConflictSchema.optional(),
  metadata: metadataTextSchema.optional(),
  origin: originSchema.optional(),
  modifiedAt: instantSchema.optional(),
})

/** Merges the fields of query and form. Throws `invalid-request` for a field that is in both. */
export function mergeFields(query: UploadFields, form: Record<string, string>): UploadFields {
  const twice = Object.keys(form).find((field) => field in query)
  if (twice !== undefined)
    throw invalid(twice, 'must be given only once, in the query or in the form')
  return { ...query, ...parsed(uploadTextSchema, form) }
}

/**
 * The target of an upload: its path, or else its name in the session or at the root. Calls `name` only for an upload without
 * a path.
 */
export function uploadTarget(
  caller: Caller,
  fields: UploadFields,
  file: { name?: () => string | undefined; mimeType: string },
): UploadTarget {
  const session = fields.session === undefined ? undefined : parseSessionId(fields.session)
  return {
    path: resolvePath(
      caller,
      fields.path ?? defaultPath(caller, file.name?.(), session !== undefined),
      session,
    ),
    mimeType: file.mimeType,
    metadata: fields.metadata ?? {},
    origin: fields.origin ?? 'user-upload',
    onConflict: chosenConflict(fields),
    ...(fields.modifiedAt !== undefined && { modifiedAt: fields.modifiedAt }),
  }
}

function defaultPath(caller: Caller, name: string | undefined, hasSession: boolean): string {
  if (name === undefined)
    throw invalid('path', 'is missing; send "path", or a "name" to file it under')
  const relative = hasSession || caller.session !== undefined
  return relative ? parseName(name) : `/${parseName(name)}`
}
